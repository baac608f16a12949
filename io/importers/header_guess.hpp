// Whether the first row of a table of edges between named nodes is its header, where its words are not known. Private.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace weft {

/// Whether the first row has texts, no numbers, in all of `columns`, which stand in none of the rows behind it, of
/// which there are three or more, while three of four of those have something that another row has too. O(rows).
[[nodiscard]] bool is_like_no_other(const std::vector<std::vector<std::string>>& rows,
                                    std::span<const std::size_t> columns);

}  // namespace weft
