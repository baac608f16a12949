// What reads along an ordering of the nodes: linear attention that looks back, and a gated scan one way or both.
#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/kernels/causal_attention.hpp"
#include "weft/layers/kernels/gated_scan.hpp"
#include "weft/layers/kernels/node_sequence.hpp"

namespace weft::attention {
namespace {

using Direction = NodeSequence::Direction;

class Causal : public ProjectedAttention {
 public:
  Causal(const Options& options, const Random& random)
      : ProjectedAttention(options, random), ordering_(ordering_of(options)) {}

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    const NodeSequence nodes(graph, ordering_);
    return nodes.at_nodes(
        causal_attention(nodes.in_order(x.q), nodes.in_order(x.k), nodes.in_order(x.v), graph.segments(), heads()));
  }

  NodeOrdering ordering_;
};

class Scan : public ProjectedAttention {
 public:
  Scan(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        ordering_(ordering_of(options)),
        both_ways_(options.text("direction") == "both"),
        down_(width(), heads(), random.stream(6)),
        up_(both_ways_ ? Linear(width(), heads(), random.stream(7)) : Linear()),
        norm_(NormKind::layer, width()) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add_layer("decay_down", down_);
    if (both_ways_) {
      list.add_layer("decay_up", up_);
    }
    list.add_layer("attended_norm", norm_);
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    const Variable down = along(NodeSequence(graph, ordering_), graph, x, down_, pass);
    return norm_.forward(
        both_ways_ ? down + along(NodeSequence(graph, ordering_, Direction::backward), graph, x, up_, pass) : down,
        pass);
  }

  /// Decays are sigmoids to the power 1/16, so that a node reads far before it has learned to forget (Yang et al.
  /// 2024).
  [[nodiscard]] Variable along(const NodeSequence& nodes, const MessageBlock& graph, const Inputs& x,
                               const Linear& decay, const Pass& pass) const {
    const Variable log_decay = scale(log_sigmoid(decay.forward(x.h, pass)), 1.0F / 16.0F);
    return nodes.at_nodes(gated_scan(nodes.in_order(x.q), nodes.in_order(x.k), nodes.in_order(x.v),
                                     nodes.in_order(log_decay), graph.segments(), heads()));
  }

  NodeOrdering ordering_;
  bool both_ways_;
  Linear down_, up_;
  Norm norm_;
};

}  // namespace

std::vector<MechanismRow> scan_mechanisms() {
  return {
      {{.name = "causal",
        .summary = "features elu + 1; a node reads itself and those before it in the order",
        .cost = "time N d (d / h + 64) + ordering, memory N d",
        .source = "Katharopoulos, Vyas, Pappas, Fleuret 2020, section 3.2",
        .uses_order = true,
        .causal = "always",
        .options = {order_option()}},
       make_mechanism<Causal>},
      {{.name = "scan",
        .summary = "gated linear attention along an order and back, then layer norm",
        .cost = "time N d (d / h + 64) + ordering, memory N d",
        .source = "Yang et al. 2024, Dao, Gu 2024",
        .uses_order = true,
        .causal = "direction = forward",
        .options = {order_option(),
                    {"direction",
                     std::string("both"),
                     "scan: forward reads only nodes before it in the order",
                     {},
                     {},
                     {"forward", "both"}}}},
       make_mechanism<Scan>},
  };
}

}  // namespace weft::attention
