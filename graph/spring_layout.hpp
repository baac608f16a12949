// Where to put the nodes of a graph in a picture.
#pragma once

#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

struct Point {
  double x = 0.0, y = 0.0;
};

/// Places for nodes that pull along edges and push each other apart (Fruchterman, Reingold 1991, by Boost.Graph),
/// starting from two eigenvectors of the Laplacian; within [0, 1] both ways. Near nodes alone push, so a round is
/// linear in the graph. For pictures of up to some thousand nodes. Throws ArgumentError if the graph is not square.
[[nodiscard]] std::vector<Point> spring_layout(const CsrGraph& graph);

}  // namespace weft
