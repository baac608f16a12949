// Lists of texts as one setting of a model file (model_file.hpp): names, one a line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// Each text with `end` behind it.
[[nodiscard]] std::string joined(const std::vector<std::string>& texts, char end = '\n');

/// The reverse: what stands before each `end`, and behind the last if anything does.
[[nodiscard]] std::vector<std::string> parts_of(std::string_view text, char end = '\n');

}  // namespace weft
