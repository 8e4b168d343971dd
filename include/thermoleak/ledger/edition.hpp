#pragma once

namespace thermoleak {

/// The internal edition has everything. The desensitised one has no coordinates, no ellipses, no
/// chainages (to whoever has the map they are coordinates) and no depths.
enum class Edition { kInternal, kDesensitised };

}  // namespace thermoleak
