// The version of the library that runs, which may be newer than the headers compiled against.
#pragma once

#include <string_view>

#pragma GCC visibility push(default)
namespace weft {

/// "major.minor.patch".
[[nodiscard]] std::string_view version();

}  // namespace weft
#pragma GCC visibility pop
