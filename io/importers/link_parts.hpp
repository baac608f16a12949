// A split of links that came in files of their own, as the format wants it: pairs of two different nodes, no pair, in
// either direction, in two parts. Private.
#pragma once

#include <string>
#include <vector>

#include "weft/io/dataset.hpp"

namespace weft {

/// Links of one part may repeat. Pairs that are in an earlier part too, or in a node with itself, are left out of the
/// split, which is said in `assumed`. Adds nothing if only train holds links.
void add_link_split(const std::vector<Edge>& train, const std::vector<Edge>& val, const std::vector<Edge>& test,
                    Dataset& data);

}  // namespace weft
