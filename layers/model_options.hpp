// Options that models share, with each model's own defaults.
#pragma once

#include <string_view>
#include <vector>

#include "weft/core/options.hpp"

namespace weft {

struct LayerDefaults {
  std::int64_t hidden = 64, layers = 2, heads = 1;
  double dropout = 0.5, input_dropout = 0.0;
  std::string_view norm = "none", activation = "relu";
};

/// hidden, layers, heads, dropout, input_dropout, norm, activation, feature_norm and those of encodings.
[[nodiscard]] std::vector<Option> layer_options(const LayerDefaults& defaults);

/// "attention": a global attention, or none.
[[nodiscard]] Option attention_option(std::string_view kind);
/// "hops": how far models of hop tokens read.
[[nodiscard]] Option hops_option(std::int64_t count);
/// "attention_warmup".
[[nodiscard]] Option warmup_option(double share);

}  // namespace weft
