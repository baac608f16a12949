// Whether bytes are valid UTF-8 (Unicode 15, table 3-7: no overlong forms, surrogates or values above
// U+10FFFF).
#pragma once

#include <string_view>

namespace weft {

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace weft
