// The partial graph around its current node: which ancestors are near, and how. In graphs whose edges close short
// cycles (triangulations, grids, blocks) the next ring leads to one of these. A token costs O(d) for what it adds and
// at most kMostFound nodes of kMostNeighbors neighbors for what it looks at, however large the graph is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/generation/partial_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

class Neighborhood {
 public:
  static constexpr std::size_t kMostFound = 64, kMostNeighbors = 32;

  /// How far the rim is followed: edges that lie in one triangle or none.
  static constexpr std::int32_t kMostSteps = 4;

  /// An ancestor that is two or three edges away from the current node, or a few steps along the rim from its parent
  /// or its latest neighbor.
  struct Ancestor {
    /// Above the current node, at least 2.
    std::int32_t levels = 0;
    /// 2 or 3; 4: further.
    std::int32_t distance = 0;
    /// Shortest paths to it; at distance 2 the number of common neighbors.
    std::int32_t paths = 0;
    /// The fewest triangles that the last edge of such a path lies in: 1 on the rim of a triangulated disk.
    std::int32_t triangles = 0;
    /// Whether it is a neighbor of the current node's latest neighbor, and of its parent.
    bool meets_latest = false, meets_parent = false;
    /// Steps along the rim from the latest neighbor and from the parent, not through the current node; 0: more than
    /// kMostSteps. A ring between both cuts a face off.
    std::int32_t from_latest = 0, from_parent = 0;
  };

  /// To be called after every token that the graph takes.
  void follow(const PartialGraph& graph);

  /// Those to which a ring may still lead, the nearest first; none behind a climb, behind a leap those before it. At
  /// most kMostFound.
  [[nodiscard]] std::span<const Ancestor> near() const { return near_; }
  /// How many edges of a node lie in no triangle (0) or in exactly one (1).
  [[nodiscard]] std::int32_t num_edges_in(NodeId v, std::size_t triangles) const {
    return nodes_[v].edges_in[triangles];
  }
  /// How many triangles the edge of the current node to its latest neighbor lies in.
  [[nodiscard]] std::int32_t latest_triangles() const { return latest_triangles_; }

 private:
  struct Link {
    NodeId node;
    std::int32_t triangles;
  };
  struct Node {
    std::int32_t depth = 0;
    std::int32_t edges_in[2] = {0, 0};
    std::vector<Link> links;
  };
  /// A node that a search has come to.
  struct Found {
    NodeId node;
    std::int32_t distance, paths, triangles;
    std::int32_t from_latest = 0, from_parent = 0;
  };

  void add_edge(NodeId a, NodeId b);
  void count_triangle(NodeId a, NodeId b);
  void look(const PartialGraph& graph);
  /// Goes one edge on from `from`; what lies at `distance` is found.
  void spread(NodeId from, std::int32_t distance);
  [[nodiscard]] bool is_found(NodeId v) const { return place_[v] < found_.size() && found_[place_[v]].node == v; }
  /// Follows the rim from `start`, without `current`; the steps go to the member `steps` of what is found.
  void follow_rim(NodeId start, NodeId current, std::int32_t Found::*steps);
  /// The latest neighbors of a node.
  [[nodiscard]] std::span<const Link> links_of(NodeId v) const;
  [[nodiscard]] bool is_linked(NodeId a, NodeId b) const;

  std::vector<Node> nodes_;
  std::size_t num_edges_ = 0;
  std::int32_t latest_triangles_ = 0;
  std::vector<Found> found_;
  /// Where in found_ a node is, if the entry there is of it: needs no clearing.
  std::vector<std::uint32_t> place_;
  /// Nodes that a walk along the rim has come to, in its order.
  std::vector<NodeId> rim_;
  std::vector<Ancestor> near_;
};

}  // namespace weft
#pragma GCC visibility pop
