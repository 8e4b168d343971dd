#pragma once
#include <string_view>

namespace thermoleak::ingest {

/// The text of models/cameras.toml as it was when the program was built.
std::string_view BuiltInCameras();

}  // namespace thermoleak::ingest
