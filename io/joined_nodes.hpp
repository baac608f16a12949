// New nodes beside the nodes of a graph that is there, and of both what a model of a few layers reads for the new ones.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/io/dataset.hpp"

namespace weft {

/// How a dataset of new nodes is joined to an old one.
struct NodeJoin {
  /// For each node of the new dataset the old node that it is, or -1: one that the old graph does not have.
  std::vector<std::int64_t> old_node = {};
  /// Those that it does not have, in the order in which they are numbered behind the old ones.
  std::vector<std::int64_t> new_nodes = {};
  /// How far a model sees; -1: all of the graph.
  std::int64_t hops = -1;
  /// Whether features of edges are read, all columns of both; otherwise their weights alone, where both have some.
  bool joins_edge_features = false;
  bool joins_weights = true;
};

struct JoinedNodes {
  /// The new nodes, those that are at most `hops` edges away, and what stands for the neighbors of the outermost. No
  /// labels, names or splits.
  Dataset dataset;
  /// Of each of NodeJoin::new_nodes, its row there.
  std::vector<std::int64_t> rows;
  /// Old nodes and old edges that were read, and new edges that the old graph has already, whose old values count.
  std::int64_t num_old_nodes = 0, num_old_edges = 0, num_repeats = 0;
};

/// Rows of nodes within `hops` are whole, so that degrees are those of the whole graph; of neighbors that are farther
/// nothing is read, and nodes without features and edges stand for them. Features and edges of the old dataset may stay
/// in their file. Time and memory go with what is read, and 4 bytes a node of the old graph. Throws ArgumentError where
/// features are not alike in both, or no rows of numbers.
[[nodiscard]] JoinedNodes join_nodes(const Dataset& old, const Dataset& fresh, const NodeJoin& join);

}  // namespace weft
