// The version of the library that runs, which may be newer than the headers compiled against.
#pragma once

#include <string_view>

namespace weft {

/// "major.minor.patch".
[[nodiscard]] std::string_view version();

}  // namespace weft
