// The options that learning links has beside those of training and of the model.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"

namespace weft {

/// embedding, negatives_per_edge, degree_power, node_table, bipartite, split_seed, and sampler and batch_size in their
/// own sense.
[[nodiscard]] std::span<const Option> link_options();

/// Options of models and of training that have another default where links are learned; those that a model has count.
[[nodiscard]] std::vector<std::pair<std::string_view, OptionValue>> link_defaults();

}  // namespace weft
