#include "weft/layers/option_tables.hpp"

#include "weft/layers/convolutions.hpp"
#include "weft/layers/global_attention.hpp"

namespace weft {
namespace {

template <class S>
OptionTable<S> joined(std::initializer_list<OptionTable<S>> parts) {
  OptionTable<S> all;
  for (const OptionTable<S>& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// Names of the rows of a table, and "none" after them where it is not a row.
template <class Infos>
std::vector<std::string_view> names_in(const Infos& infos, bool or_none) {
  std::vector<std::string_view> names;
  for (const auto& info : infos) {
    names.push_back(info.name);
  }
  if (or_none) {
    names.emplace_back("none");
  }
  return names;
}

template <class S>
OptionBinding<S> convolution_row() {
  return bound("convolution", &S::convolution, "how a node reads its neighbors", names_in(convolutions(), false));
}

template <class S>
OptionBinding<S> attention_row() {
  return bound("attention", &S::attention, "how a node reads all nodes of its graph",
               names_in(global_attentions(), true));
}

template <class S>
OptionBinding<S> warmup_row() {
  return bound("attention_warmup", &S::attention_warmup, "share of the training before attention joins", 0.0, 1.0);
}

template <class S>
OptionBinding<S> hops_row() {
  return bound("hops", &S::hops, "how far a node sees along edges; each distance is a token", 1, 64);
}

template <class S>
OptionBinding<S> edge_dropout_row() {
  return bound("attention_dropout", &S::attention_dropout, "convolutions that attend: share of edges left out", 0.0,
               0.99);
}

/// What models of nodes have in common.
template <class S>
OptionTable<S> layer_rows(std::string_view layers = "layers: how far a node sees along edges") {
  OptionTable<S> rows = {bound("hidden", &S::hidden, "width of every hidden layer, all heads together", 1, 65536),
                         bound("layers", &S::layers, layers, 1, 1000)};
  if constexpr (requires(S options) { options.heads; }) {
    rows.push_back(bound("heads", &S::heads, "attention heads; divides hidden", 1, 1024));
  }
  const OptionTable<S> rest = {
      bound("dropout", &S::dropout, "share of hidden states dropped after each layer", 0.0, 0.99),
      bound("input_dropout", &S::input_dropout, "share of features dropped", 0.0, 0.99),
      bound("norm", &S::norm, "normalization of hidden states"),
      bound("activation", &S::activation, "after every layer", {Activation::relu, Activation::elu, Activation::gelu}),
      bound(
          "feature_norm", &S::feature_norm,
          "column: columns of dense features are read at mean 0 and deviation 1 of the training part; row: rows of all "
          "features are scaled to sum 1; auto: rows of sparse features, columns where they differ in size by more than "
          "ten; none"),
      bound("encoding", &S::encoding,
            "what a node is told of its place: probabilities of return of random walks, eigenvectors of the "
            "Laplacian, or its degree"),
      bound("encoding_size", &S::encoding_size, "steps of the walk or eigenvectors; 0: 20 steps, 8 eigenvectors", 0,
            512)};
  return joined({rows, rest});
}

/// The options of all mechanisms of attention, whose values are those of `attention_options` or the mechanisms' own.
template <class S>
OptionTable<S> mechanism_rows() {
  OptionTable<S> rows;
  for (const Option& option : global_attention_options()) {
    rows.push_back({option,
                    [option](const S& values) {
                      const auto found = values.attention_options.find(option.name);
                      return found == values.attention_options.end() ? option.fallback : found->second;
                    },
                    [option](S& values, const Options& options) {
                      if (const OptionValue& value = options.value(option.name); value != option.fallback) {
                        values.attention_options.insert_or_assign(std::string(option.name), value);
                      }
                    }});
  }
  return rows;
}

}  // namespace

template <>
const OptionTable<StackOptions>& option_table() {
  using S = StackOptions;
  static const OptionTable<S> kTable = joined<S>(
      {{convolution_row<S>()},
       layer_rows<S>(),
       {bound("output_heads", &S::output_heads, "attention heads of an output convolution; they are averaged", 1, 1024),
        bound("attention_dropout", &S::attention_dropout, "share of edges whose message is left out", 0.0, 0.99),
        bound("residual", &S::residual, "add a linear map of a layer's input to its output"),
        bound("jumping_knowledge", &S::jumping_knowledge,
              "what the head reads: the last layer, or all summed or side by side"),
        bound("pre_linear", &S::pre_linear, "a linear map of the features before the first hop"),
        bound("virtual_node", &S::virtual_node, "one more node for each graph that all others read and are read by"),
        bound("head", &S::head, "what makes the outputs: the last hop itself, or a linear map after it")}});
  return kTable;
}

template <>
const OptionTable<WeftOptions>& option_table() {
  using S = WeftOptions;
  static const OptionTable<S> kTable = joined<S>(
      {{convolution_row<S>(), attention_row<S>(), warmup_row<S>()},
       layer_rows<S>(),
       {bound("residual", &S::residual, "add a block's input to its output"),
        bound("feed_forward", &S::feed_forward, "a network of two linear maps after each block, added to it"),
        bound("jumping_knowledge", &S::jumping_knowledge, "what the head reads: the last block, or the sum of all",
              {JumpingKnowledge::none, JumpingKnowledge::sum}),
        bound("propagation", &S::propagation,
              "outputs are a learned sum of those 0 to so many steps away, as graph convolution weighs them", 0, 1000),
        bound("restart", &S::restart,
              "propagation: the sum learning starts from is personalized PageRank with this restart; 1: a node's own "
              "outputs",
              0.0, 1.0)},
       mechanism_rows<S>()});
  return kTable;
}

template <>
const OptionTable<GpsOptions>& option_table() {
  using S = GpsOptions;
  static const OptionTable<S> kTable =
      joined<S>({{convolution_row<S>(), attention_row<S>()},
                 layer_rows<S>(),
                 {bound("feed_forward", &S::feed_forward, "a network of two linear maps at the end of each block"),
                  edge_dropout_row<S>()},
                 mechanism_rows<S>()});
  return kTable;
}

template <>
const OptionTable<PolynormerOptions>& option_table() {
  using S = PolynormerOptions;
  static const OptionTable<S> kTable =
      joined<S>({{convolution_row<S>(), attention_row<S>(), warmup_row<S>(),
                  bound("global_layers", &S::global_layers, "layers of attention after the local ones", 1, 1000)},
                 layer_rows<S>(),
                 {edge_dropout_row<S>()},
                 mechanism_rows<S>()});
  return kTable;
}

template <>
const OptionTable<SignOptions>& option_table() {
  using S = SignOptions;
  static const OptionTable<S> kTable = joined<S>(
      {{hops_row<S>()}, layer_rows<S>("linear maps after the hops are joined, the outputs' own not counted")});
  return kTable;
}

template <>
const OptionTable<NagphormerOptions>& option_table() {
  using S = NagphormerOptions;
  static const OptionTable<S> kTable =
      joined<S>({{hops_row<S>()}, layer_rows<S>("layers of the transformer over the tokens")});
  return kTable;
}

template <>
const OptionTable<WlOptions>& option_table() {
  using S = WlOptions;
  static const OptionTable<S> kTable = {
      bound("rounds", &S::rounds, "rounds of refinement: how far a color sees", 0, 64),
      bound("buckets", &S::buckets, "columns of the histogram", 1, 1 << 24),
      bound("histogram", &S::histogram, "how counts are scaled"),
      bound("dropout", &S::dropout, "share of a histogram's entries dropped", 0.0, 0.99),
      bound("edge_features", &S::edge_features, "whether colors see the features of edges")};
  return kTable;
}

template <>
const OptionTable<LabelPropagationOptions>& option_table() {
  using S = LabelPropagationOptions;
  static const OptionTable<S> kTable = {
      bound("spread_share", &S::spread_share,
            "of what a node has after a step, the share that comes from its neighbors; 0: the best on the validation "
            "part of 0.5, 0.8, 0.95 and 0.99",
            0.0, 0.999),
      bound("spread_steps", &S::spread_steps, "how far labels are carried along edges", 1, 1000)};
  return kTable;
}

template <>
const OptionTable<RidgeOptions>& option_table() {
  using S = RidgeOptions;
  static const OptionTable<S> kTable = {
      bound("smooth_hops", &S::smooth_hops, "features are means over 0 to so many hops", 0, 16),
      bound(
          "penalty", &S::penalty,
          "of the squared weights, in the mean square of the columns; 0: the best on the validation part of 1e-4 to 1",
          0.0, 1e9)};
  return kTable;
}

template <>
const OptionTable<GraphModelOptions>& option_table() {
  using S = GraphModelOptions;
  static const OptionTable<S> kTable = {
      bound("pooling", &S::pooling,
            "how the states of a graph's nodes become its own: their sum, mean or largest value, or a weighted mean"),
      bound("readout", &S::readout,
            "what is pooled: the states after the last layer, or after every layer, side by side"),
      bound("head_layers", &S::head_layers, "linear maps between the pooled states and the outputs", 1, 16),
      bound("head_dropout", &S::head_dropout, "share of what each of them reads that is dropped", 0.0, 0.99),
      bound("degree_categories", &S::degree_categories,
            "graphs without features: a learned row for each in-degree below this; 0: the degree as a number", 0,
            100000),
      bound("batch_size", &S::batch_size, "graphs in a step, about: batches are even in nodes and edges", 1, 1e6)};
  return kTable;
}

Options mechanism_options(std::int64_t hidden, std::int64_t heads, const AttentionOptions& own) {
  Options options(global_attention_options());
  for (const auto& [name, value] : own) {
    options.set_value(name, value);
  }
  const Option widths[] = {{"hidden", hidden, "width of the states"}, {"heads", heads, "heads of the attention"}};
  options.add(widths);
  return options;
}

}  // namespace weft
