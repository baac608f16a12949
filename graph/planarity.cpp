#include "weft/graph/planarity.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boyer_myrvold_planar_test.hpp>

#include "weft/core/error.hpp"

namespace weft {

// Boost's own adjacency list: the test numbers edges and wants to index them, and it is built as fast as any view of
// a few hundred edges is checked.
bool is_planar(std::int64_t num_nodes, std::span<const Edge> edges) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
  require(num_nodes >= 0 && num_nodes <= kMaxNodes, "is_planar: the number of nodes is ", num_nodes, ", expected 0 to ",
          kMaxNodes);
  Graph graph(static_cast<std::size_t>(num_nodes));
  for (const Edge& edge : edges) {
    require(edge.source < num_nodes && edge.destination < num_nodes, "is_planar: the edge ", edge.source, " - ",
            edge.destination, " leaves the ", num_nodes, " nodes");
    if (edge.source != edge.destination) {
      boost::add_edge(edge.source, edge.destination, graph);
    }
  }
  return boost::boyer_myrvold_planarity_test(graph);
}

}  // namespace weft
