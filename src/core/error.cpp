#include "thermoleak/core/error.hpp"

namespace thermoleak {

RunError::RunError(ExitCode code, MessageId id, std::vector<std::string> args)
    : code_(code), message_{id, std::move(args)}, what_(message_.In(Lang::kEnglish)) {}

}  // namespace thermoleak
