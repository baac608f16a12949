// Gated linear attention along breadth-first order, in both directions.
#include <algorithm>

#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/gated_scan.hpp"

namespace weft::attention {
namespace {

class BothWays : public ProjectedAttention {
 public:
  BothWays(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        down_(width(), heads(), random.stream(6)),
        up_(width(), heads(), random.stream(7)),
        norm_("layer", width()) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add_layer("decay_down", down_);
    list.add_layer("decay_up", up_);
    list.add_layer("attended_norm", norm_);
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    std::vector<std::int64_t> order;
    for (const NodeId v : graph.breadth_first_order()) {
      order.push_back(static_cast<std::int64_t>(v));
    }
    const Variable down = along(order, graph, x, down_, pass);
    for (std::size_t g = 0; g + 1 < graph.segments().size(); ++g) {
      std::reverse(order.begin() + graph.segments()[g], order.begin() + graph.segments()[g + 1]);
    }
    return norm_.forward(down + along(order, graph, x, up_, pass), pass);
  }

  /// The scan in `order`, its rows back at their nodes. Decays are sigmoids to the power 1/16, so that a node reads
  /// far before it has learned to forget (Yang et al. 2024).
  [[nodiscard]] Variable along(std::span<const std::int64_t> order, const MessageBlock& graph, const Inputs& x,
                               const Linear& decay, const Pass& pass) const {
    std::vector<std::int64_t> place(order.size());
    for (std::size_t p = 0; p < order.size(); ++p) {
      place[static_cast<std::size_t>(order[p])] = static_cast<std::int64_t>(p);
    }
    const Variable log_decay = scale(log_sigmoid(decay.forward(x.h, pass)), 1.0F / 16.0F);
    return select_rows(gated_scan(select_rows(x.q, order), select_rows(x.k, order), select_rows(x.v, order),
                                  select_rows(log_decay, order), graph.segments(), heads()),
                       place);
  }

  Linear down_, up_;
  Norm norm_;
};

}  // namespace

std::vector<MechanismRow> scan_mechanisms() {
  return {
      {{.name = "scan",
        .summary = "gated linear attention along breadth-first order and back, then layer norm",
        .cost = "time N d (d / h + 64) + E, memory N d",
        .source = "Yang et al. 2024, Dao, Gu 2024",
        .uses_order = true,
        .options = {}},
       make_mechanism<BothWays>},
  };
}

}  // namespace weft::attention
