#include "weft/generation/graph_constraint.hpp"

#include "weft/core/error.hpp"
#include "weft/graph/planarity.hpp"

namespace weft {
namespace {

class Planar : public GraphConstraint {
 public:
  [[nodiscard]] bool may_close(const PartialGraph& graph, NodeId ancestor) const override {
    std::vector<Edge> edges;
    edges.reserve(graph.graph().edges.size() + 1);
    for (const TypedEdge& edge : graph.graph().edges) {
      edges.push_back({edge.a, edge.b});
    }
    edges.push_back({graph.ancestor(0), ancestor});
    return is_planar(graph.num_nodes(), edges);
  }
};

class Tree : public GraphConstraint {
 public:
  [[nodiscard]] bool may_close(const PartialGraph& /*graph*/, NodeId /*ancestor*/) const override { return false; }
};

}  // namespace

std::shared_ptr<const GraphConstraint> make_graph_constraint(std::string_view name) {
  if (name == "planar") {
    return std::make_shared<Planar>();
  }
  if (name == "tree") {
    return std::make_shared<Tree>();
  }
  require(name == "none", "graph constraint: '", name, "' is not one of none, planar, tree");
  return nullptr;
}

}  // namespace weft
