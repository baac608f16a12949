// Numbers whose digits stand in groups of three. Private.
#pragma once

#include <string>
#include <string_view>

namespace weft {

/// "1,234.50" as "1234.50", "1.234,5" as "1234,5": a number in groups of three digits, without what stands between
/// them (a comma, a point, an apostrophe or a blank). Empty if it is none, or is a number as it stands.
[[nodiscard]] std::string without_thousands(std::string_view text);

}  // namespace weft
