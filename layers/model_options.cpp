#include "weft/layers/model_options.hpp"

#include "weft/layers/global_attention.hpp"
#include "weft/layers/input_layers.hpp"

namespace weft {

std::vector<Option> layer_options(const LayerDefaults& defaults) {
  std::vector<Option> options = {
      {"hidden", defaults.hidden, "width of every hidden layer, all heads together", 1, 65536},
      {"layers", defaults.layers, "layers: how far a node sees along edges", 1, 1000},
      {"heads", defaults.heads, "attention heads; divides hidden", 1, 1024},
      {"dropout", defaults.dropout, "share of hidden states dropped after each layer", 0.0, 0.99},
      {"input_dropout", defaults.input_dropout, "share of features dropped", 0.0, 0.99},
      {"norm", std::string(defaults.norm), "normalization of hidden states", {}, {}, {"none", "layer", "batch"}},
      {"activation", std::string(defaults.activation), "after every layer", {}, {}, {"relu", "elu", "gelu"}},
      {"feature_norm",
       std::string("auto"),
       "auto: rows of sparse features are scaled to sum 1; row: of all features; none",
       {},
       {},
       {"auto", "row", "none"}},
  };
  for (Option& option : encoding_options()) {
    options.push_back(std::move(option));
  }
  return options;
}

Option attention_option(std::string_view kind) {
  Option option{"attention", std::string(kind), "how a node reads all nodes of its graph"};
  for (const AttentionInfo& info : global_attentions()) {
    option.choices.push_back(info.name);
  }
  option.choices.emplace_back("none");
  return option;
}

Option hops_option(std::int64_t count) {
  return {"hops", count, "how far a node sees along edges; each distance is a token", 1, 64};
}

Option warmup_option(double share) {
  return {"attention_warmup", share, "share of the training before attention joins", 0.0, 1.0};
}

}  // namespace weft
