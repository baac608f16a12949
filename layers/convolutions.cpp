#include "weft/layers/convolutions.hpp"

#include <algorithm>

#include "weft/core/named_rows.hpp"
#include "weft/layers/convolution_kinds.hpp"
#include "weft/layers/edge_states.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/kernels/dot_attention.hpp"
#include "weft/layers/kernels/edge_attention.hpp"

namespace weft {
namespace {

/// x W + b without edges.
class NoConvolution final : public Convolution {
 public:
  NoConvolution(const ConvolutionOptions& o, const Random& random) : linear_(o.in, o.out, random, o.group) {}
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates&,
                                 Pass& pass) const override {
    return linear_.forward(x.first(block.num_outputs()), pass);
  }
  void list_parameters(ParameterList& list) override { linear_.list_parameters(list); }

 private:
  Linear linear_;
};

/// Whether to aggregate before a linear map: what it saves in rows and columns, or costs in columns along edges. An
/// element gathered along an edge takes about as long as so many multiply-adds of a product.
bool aggregates_first(const MessageBlock& block, const Linear& linear) {
  constexpr double kGather = 16.0;
  const auto in = static_cast<double>(linear.in()), out = static_cast<double>(linear.out());
  const auto saved_rows = static_cast<double>(block.num_inputs() - block.num_outputs());
  return saved_rows * in * out > kGather * static_cast<double>(block.num_edges()) * (in - out);
}

/// D̃^-1/2 (A + I) D̃^-1/2 x W + b (Kipf, Welling 2017). Aggregates whichever side of W is narrower.
class GcnConvolution final : public Convolution {
 public:
  GcnConvolution(const ConvolutionOptions& o, const Random& random) : linear_(o.in, o.out, random, o.group) {}
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates&,
                                 Pass& pass) const override {
    if (x.is_dense() && aggregates_first(block, linear_)) {
      return linear_.forward(aggregate_gcn(GcnNorm(block), x.states()), pass);
    }
    return linear_.add_bias(aggregate_gcn(GcnNorm(block), linear_.forward_without_bias(x, pass)), pass);
  }
  void list_parameters(ParameterList& list) override { linear_.list_parameters(list); }

 private:
  Linear linear_;
};

/// x W_self + (mean of the neighbors' x) W_neighbor + b, a map of its own for the node itself (Hamilton, Ying, Leskovec
/// 2017, mean aggregator).
class SageConvolution final : public Convolution {
 public:
  SageConvolution(const ConvolutionOptions& o, const Random& random)
      : self_(o.in, o.out, random.stream(0), o.group), neighbor_(o.in, o.out, random.stream(1), o.group) {}
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates&,
                                 Pass& pass) const override {
    const Variable own = self_.forward(x.first(block.num_outputs()), pass);
    if (x.is_dense() && aggregates_first(block, neighbor_)) {
      return own + neighbor_.forward_without_bias(aggregate_mean(block, x.states()), pass);
    }
    return own + aggregate_mean(block, neighbor_.forward_without_bias(x, pass));
  }
  void list_parameters(ParameterList& list) override {
    list.add_layer("self", self_);
    // The bias is the other map's; one is enough.
    ParameterList own;
    neighbor_.list_parameters(own);
    list.add("neighbor.weight", *own.parameters.front().parameter, own.parameters.front().group);
  }

 private:
  Linear self_, neighbor_;
};

/// Heads of attention are averaged or laid side by side, then a bias is added.
class AttentionConvolution : public Convolution {
 protected:
  explicit AttentionConvolution(const ConvolutionOptions& o)
      : heads_(o.heads), concat_(o.concat), dropout_(o.attention_dropout), bias_(Tensor(1, o.out)) {}

  [[nodiscard]] EdgeAttentionOptions options(Pass& pass) const {
    const bool drops = pass.is_training() && dropout_ > 0.0F;
    return {.heads = heads_, .dropout = drops ? dropout_ : 0.0F, .random = drops ? pass.next_random() : Random(0)};
  }
  [[nodiscard]] Variable finish(const Variable& y, const Pass& pass) const {
    return add_bias(concat_ ? y : mean_of_heads(y, heads_), pass.use(bias_));
  }
  [[nodiscard]] static std::int64_t total_width(const ConvolutionOptions& o) {
    return o.concat ? o.out : o.out * o.heads;
  }

  std::int64_t heads_;
  bool concat_;
  float dropout_;
  Parameter bias_;
};

/// Attention along edges and to itself with scores LeakyReLU(a_l x_v + a_r x_u) (Veličković et al. 2018).
class GatConvolution final : public AttentionConvolution {
 public:
  GatConvolution(const ConvolutionOptions& o, const Random& random)
      : AttentionConvolution(o),
        linear_(o.in, total_width(o), random.stream(0), o.group),
        left_(glorot_uniform(1, total_width(o), random.stream(1))),
        right_(glorot_uniform(1, total_width(o), random.stream(2))) {}
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates&,
                                 Pass& pass) const override {
    const Variable h = linear_.forward_without_bias(x, pass);
    const Variable left = first_rows(head_scores(h, pass.use(left_), heads_), block.num_outputs());
    const Variable right = head_scores(h, pass.use(right_), heads_);
    return finish(gat_attention(block.with_self_loops(), h, left, right, options(pass)), pass);
  }
  void list_parameters(ParameterList& list) override {
    ParameterList own;
    linear_.list_parameters(own);
    list.add("weight", *own.parameters.front().parameter, own.parameters.front().group);
    list.add("left", left_, ParameterGroup::weight);
    list.add("right", right_, ParameterGroup::weight);
    list.add("bias", bias_, ParameterGroup::vector);
  }

 private:
  Linear linear_;
  Parameter left_, right_;
};

/// Attention along edges and to itself with scores a LeakyReLU(W_l x_v + W_r x_u) (Brody, Alon, Yahav 2022).
class Gatv2Convolution final : public AttentionConvolution {
 public:
  Gatv2Convolution(const ConvolutionOptions& o, const Random& random)
      : AttentionConvolution(o),
        left_(o.in, total_width(o), random.stream(0), o.group),
        right_(o.in, total_width(o), random.stream(1), o.group),
        score_(glorot_uniform(1, total_width(o), random.stream(2))) {}
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates&,
                                 Pass& pass) const override {
    const Variable left = left_.forward(x.first(block.num_outputs()), pass);
    const Variable right = right_.forward(x, pass);
    return finish(gatv2_attention(block.with_self_loops(), left, right, pass.use(score_), options(pass)), pass);
  }
  void list_parameters(ParameterList& list) override {
    list.add_layer("left", left_);
    list.add_layer("right", right_);
    list.add("score", score_, ParameterGroup::weight);
    list.add("bias", bias_, ParameterGroup::vector);
  }

 private:
  Linear left_, right_;
  Parameter score_;
};

/// Attention along edges and to itself with scores <W_q x_v, W_k x_u> / sqrt(d) (Shi et al. 2021).
class TransformerConvolution final : public AttentionConvolution {
 public:
  TransformerConvolution(const ConvolutionOptions& o, const Random& random)
      : AttentionConvolution(o),
        query_(o.in, total_width(o), random.stream(0), o.group),
        key_(o.in, total_width(o), random.stream(1), o.group),
        value_(o.in, total_width(o), random.stream(2), o.group) {}
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates&,
                                 Pass& pass) const override {
    const Variable query = query_.forward(x.first(block.num_outputs()), pass);
    const Variable key = key_.forward_without_bias(x, pass), value = value_.forward_without_bias(x, pass);
    const EdgeAttentionOptions o = options(pass);
    return finish(dot_attention(block.with_self_loops(), query, key, value,
                                {.heads = o.heads, .dropout = o.dropout, .random = o.random}),
                  pass);
  }
  void list_parameters(ParameterList& list) override {
    list.add_layer("query", query_);
    // A bias of the keys would move all scores of a node alike, one of the values is `bias`.
    ParameterList keys, values;
    key_.list_parameters(keys);
    value_.list_parameters(values);
    list.add("key.weight", *keys.parameters.front().parameter, keys.parameters.front().group);
    list.add("value.weight", *values.parameters.front().parameter, values.parameters.front().group);
    list.add("bias", bias_, ParameterGroup::vector);
  }

 private:
  Linear query_, key_, value_;
};

const std::vector<convolution::Row>& table() {
  using convolution::make_kind;
  static const std::vector<convolution::Row> kRows = [] {
    std::vector<convolution::Row> rows = {
        {{.name = "gcn"}, make_kind<GcnConvolution>},
        {{.name = "sage", .follows_from_colors = true}, make_kind<SageConvolution>},
        {{.name = "gat", .has_heads = true}, make_kind<GatConvolution>},
        {{.name = "gatv2", .has_heads = true}, make_kind<Gatv2Convolution>},
        {{.name = "transformer", .has_heads = true}, make_kind<TransformerConvolution>},
    };
    for (auto family : {convolution::edge_state_convolutions}) {
      std::ranges::move(family(), std::back_inserter(rows));
    }
    rows.push_back({{.name = "none"}, make_kind<NoConvolution>});
    return rows;
  }();
  return kRows;
}

const convolution::Row& row_of(std::string_view kind) {
  const auto row = std::ranges::find(table(), kind, [](const convolution::Row& r) { return r.info.name; });
  if (row != table().end()) {
    return *row;
  }
  std::string names;
  for (const ConvolutionInfo& info : convolutions()) {
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  }
  throw ArgumentError(concat("make_convolution: kind is '", kind, "', expected one of ", names));
}

}  // namespace

Variable Convolution::forward(const MessageBlock& block, const LayerInput& x, Pass& pass) const {
  EdgeStates none;
  return forward(block, x, none, pass);
}

std::span<const ConvolutionInfo> convolutions() {
  static const std::vector<ConvolutionInfo> kInfos = infos_of(table());
  return kInfos;
}

const ConvolutionInfo& convolution_info(std::string_view kind) {
  return row_of(kind).info;
}

std::unique_ptr<Convolution> make_convolution(const ConvolutionOptions& options, const Random& random) {
  const convolution::Row& row = row_of(options.kind);
  require(options.in >= 0 && options.out >= 0, options.kind, ": a layer of ", options.in, " to ", options.out,
          " columns is asked for, expected 0 or more of both");
  require(options.attention_dropout >= 0.0F && options.attention_dropout < 1.0F, options.kind,
          ": attention_dropout is ", options.attention_dropout, ", expected 0 to below 1");
  (void)name_of(options.edge_norm);
  (void)name_of(options.hidden_norm);
  require(!row.info.has_heads || (options.heads >= 1 && (!options.concat || options.out % options.heads == 0)),
          options.kind, ": a width of ", options.out, " cannot be cut into ", options.heads, " heads");
  require(options.edge_width == 0 || options.edge_width == options.in, options.kind, ": states of edges have ",
          options.edge_width, " columns, expected ", options.in, ", those of the nodes");
  return row.make(options, random);
}

}  // namespace weft
