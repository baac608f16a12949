// GIN, GINE and GatedGCN: how states of nodes and of edges meet in a sum.
#include "weft/layers/convolution_kinds.hpp"
#include "weft/layers/edge_states.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/kernels/gated_aggregation.hpp"
#include "weft/layers/kernels/gin_aggregation.hpp"

namespace weft::convolution {
namespace {

/// MLP((1 + epsilon) x + sum of the neighbors' x), epsilon trained from 0, the MLP of two linear maps with a norm and
/// ReLU between (Xu, Hu, Leskovec, Jegelka 2019, section 7: "batch normalization is applied on every hidden layer").
/// The first map comes before the sum, which changes nothing but the cost: sums are linear.
class GinConvolution final : public Convolution {
 public:
  GinConvolution(const ConvolutionOptions& o, const Random& random)
      : epsilon_(Tensor(1, 1)),
        first_(o.in, o.out, random.stream(0), o.group),
        second_(o.out, o.out, random.stream(1)),
        norm_(o.hidden_norm, o.out) {}
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates&,
                                 Pass& pass) const override {
    const Variable h = aggregate_gin(block, first_.forward_without_bias(x, pass), pass.use(epsilon_));
    return second_.forward(norm_.forward(first_.add_bias(h, pass), pass, Activation::relu, block.counts()), pass);
  }
  void list_parameters(ParameterList& list) override {
    list.add("epsilon", epsilon_, ParameterGroup::vector);
    list.add_layer("first", first_);
    list.add_layer("norm", norm_);
    list.add_layer("second", second_);
  }

 private:
  Parameter epsilon_;
  Linear first_, second_;
  Norm norm_;
};

/// MLP((1 + epsilon) x + sum of ReLU(x_u + e_uv W_e)) (Hu et al. 2020). Without states of edges all edges are alike:
/// what is added in the place of e W_e is one learned row.
class GineConvolution final : public Convolution {
 public:
  GineConvolution(const ConvolutionOptions& o, const Random& random)
      : epsilon_(Tensor(1, 1)),
        constant_(Tensor(1, o.in)),
        reads_edges_(o.edge_width > 0),
        first_(o.in, o.out, random.stream(0), o.group),
        second_(o.out, o.out, random.stream(1)) {
    if (reads_edges_) {
      edge_ = Linear(o.edge_width, o.in, random.stream(2));
    }
  }
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates& edges,
                                 Pass& pass) const override {
    require(x.is_dense(), "gine: given features that are not dense, expected states");
    const Variable e = reads_edges_ ? edge_.forward(edges.states, pass) : pass.use(constant_);
    const Variable h =
        aggregate_gine(block, x.states(), e, pass.use(epsilon_), reads_edges_ ? edges.row_of_edge : nullptr);
    return first_.forward_through(second_, h, pass, Activation::relu);
  }
  void list_parameters(ParameterList& list) override {
    list.add("epsilon", epsilon_, ParameterGroup::vector);
    if (reads_edges_) {
      list.add_layer("edge", edge_);
    } else {
      list.add("constant", constant_, ParameterGroup::vector);
    }
    list.add_layer("first", first_);
    list.add_layer("second", second_);
  }

 private:
  Parameter epsilon_, constant_;
  bool reads_edges_;
  Linear first_, second_, edge_;
};

/// x_v A + sum of g_vu x_u B / (sum of g_vu + 1e-6) with gates g_vu = sigmoid(s_vu), s_vu = x_v D + x_u E + e_uv C
/// (Bresson, Laurent 2017). Where edges have states they become e + ReLU(norm(s)), if
/// a later layer of this width reads them.
class GatedGcnConvolution final : public Convolution {
 public:
  GatedGcnConvolution(const ConvolutionOptions& o, const Random& random)
      : own_(o.in, o.out, random.stream(0), o.group),
        value_(o.in, o.out, random.stream(1), o.group),
        left_(o.in, o.out, random.stream(2), o.group),
        right_(o.in, o.out, random.stream(3), o.group),
        reads_edges_(o.edge_width > 0),
        changes_edges_(reads_edges_ && o.passes_edges && o.edge_width == o.out) {
    if (reads_edges_) {
      edge_ = Linear(o.edge_width, o.out, random.stream(4));
    }
    if (changes_edges_) {
      edge_norm_ = Norm(o.edge_norm, o.out);
    }
  }
  [[nodiscard]] Variable forward(const MessageBlock& block, const LayerInput& x, EdgeStates& edges,
                                 Pass& pass) const override {
    const LayerInput outputs = x.first(block.num_outputs());
    const Variable own = own_.forward(outputs, pass), value = value_.forward(x, pass);
    const Variable left = left_.forward(outputs, pass), right = right_.forward_without_bias(x, pass);
    if (!reads_edges_) {
      return own + gated_mean(block, left, right, value);
    }
    const Variable scores =
        edge_scores(block, left, right, edges.for_each_edge(edge_.forward_without_bias(edges.states, pass)));
    if (changes_edges_) {
      edges = {edges.for_each_edge(edges.states) + edge_norm_.forward(scores, pass, Activation::relu)};
    }
    return own + gated_mean(block, scores, value);
  }
  void list_parameters(ParameterList& list) override {
    list.add_layer("own", own_);
    list.add_layer("value", value_);
    list.add_layer("left", left_);
    // One bias is enough for the sum of a score.
    add_weight(list, "right.weight", right_);
    if (reads_edges_) {
      add_weight(list, "edge.weight", edge_);
    }
    if (changes_edges_) {
      list.add_layer("edge_norm", edge_norm_);
    }
  }

 private:
  static void add_weight(ParameterList& list, const std::string& name, Linear& linear) {
    ParameterList both;
    linear.list_parameters(both);
    list.add(name, *both.parameters.front().parameter, both.parameters.front().group);
  }

  Linear own_, value_, left_, right_, edge_;
  Norm edge_norm_;
  bool reads_edges_, changes_edges_;
};

}  // namespace

std::vector<Row> edge_state_convolutions() {
  return {
      {{.name = "gin", .follows_from_colors = true}, make_kind<GinConvolution>},
      {{.name = "gine", .reads_edges = true, .needs_states = true, .follows_from_colors = true},
       make_kind<GineConvolution>},
      {{.name = "gatedgcn", .reads_edges = true}, make_kind<GatedGcnConvolution>},
  };
}

}  // namespace weft::convolution
