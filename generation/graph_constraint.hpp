// What a whole class of graphs forbids beyond valences: asked when a ring has been drawn, before it is closed.
#pragma once

#include <memory>
#include <string_view>

#include "weft/generation/partial_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// New nodes never break any of these; only rings are asked for. Shared by threads.
class GraphConstraint {
 public:
  virtual ~GraphConstraint() = default;
  /// Whether the graph so far may close a ring from its current node to this ancestor.
  [[nodiscard]] virtual bool may_close(const PartialGraph& graph, NodeId ancestor) const = 0;
};

/// "none" (nullptr), "planar" (Boyer and Myrvold 2004, O(n) a question) or "tree" (no rings at all). Throws
/// ArgumentError for another name.
[[nodiscard]] std::shared_ptr<const GraphConstraint> make_graph_constraint(std::string_view name);

}  // namespace weft
#pragma GCC visibility pop
