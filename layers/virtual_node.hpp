// One more node for each graph of a batch that all others read and are read by, so that what is far apart meets after
// two steps (Gilmer et al., "Neural message passing for quantum chemistry", 2017, section 5.2; Hu et al., "Open Graph
// Benchmark", 2020, appendix). O(n d + g d²) time a layer, g graphs.
//
//   every node of graph g reads x + v_g before a layer;  after it v_g <- v_g + two linear maps of (v_g + mean of x)
#pragma once

#include <vector>

#include "weft/graph/message_block.hpp"
#include "weft/layers/feed_forward.hpp"

namespace weft {

class VirtualNode {
 public:
  VirtualNode() = default;
  /// For `layers` layers of `width` columns; the last one needs no update after it.
  VirtualNode(NormKind norm, std::int64_t width, std::int64_t layers, float dropout, const Random& random);

  /// What every graph's node knows before the first layer: the same for all. -> [graphs, width]
  [[nodiscard]] Variable start(const MessageBlock& block, const Pass& pass) const;
  /// x + v of each row's graph. [n, width] [graphs, width] -> [n, width]
  [[nodiscard]] static Variable spread(const MessageBlock& block, const Variable& x, const Variable& v);
  /// v after layer `layer`, which made x; v itself after the last.
  [[nodiscard]] Variable updated(const MessageBlock& block, std::size_t layer, const Variable& x, const Variable& v,
                                 Pass& pass) const;
  void list_parameters(ParameterList& list);

 private:
  struct Update {
    Norm norm;
    TwoLinears linears;
  };
  Parameter start_;
  std::vector<Update> updates_;
};

}  // namespace weft
