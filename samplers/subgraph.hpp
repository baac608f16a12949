// Subgraphs of a batch: the edges among some nodes, and which of the nodes are predicted.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/graph/ascending_rows.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/local_ids.hpp"
#include "weft/samplers/sample.hpp"

namespace weft {

/// Rows of one or more subgraphs laid end to end, in memory that is reused.
struct SubgraphRows {
  std::vector<EdgeId> offsets;
  std::vector<NodeId> sources;
  std::vector<EdgeId> edges;

  void clear() {
    offsets.assign(1, 0);
    sources.clear();
    edges.clear();
  }
  [[nodiscard]] SampledBlock block(std::vector<std::int64_t> segments = {}) const {
    const auto num_nodes = static_cast<std::int64_t>(offsets.size()) - 1;
    SampledBlock result;
    result.block =
        MessageBlock(from_ascending_rows(num_nodes, Buffer<EdgeId>::copy_of(offsets), Buffer<NodeId>::copy_of(sources)),
                     std::move(segments));
    result.edges = Buffer<EdgeId>::copy_of(edges);
    return result;
  }
};

/// Appends the subgraph on `nodes`, which ascend; they become the rows first_row, first_row + 1, ... `place_of(u)` is
/// the number of u among them, or kNoNode. A row is read whole, or, where it is much longer than the list of nodes,
/// searched for each of them. O(sum over the nodes of min(degree, nodes log degree)).
template <class PlaceOf>
void append_subgraph(const CsrGraph& graph, std::span<const NodeId> nodes, const PlaceOf& place_of, NodeId first_row,
                     bool keep_edges, SubgraphRows& rows) {
  const auto offsets = graph.offsets();
  for (const NodeId v : nodes) {
    const auto row = graph.sources_of(v);
    const auto add = [&](NodeId place, std::size_t position) {
      rows.sources.push_back(first_row + place);
      if (keep_edges) {
        rows.edges.push_back(offsets[v] + static_cast<EdgeId>(position));
      }
    };
    if (row.size() / 8 > nodes.size() * static_cast<std::size_t>(std::bit_width(row.size()))) {
      auto from = row.begin();
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        from = std::lower_bound(from, row.end(), nodes[i]);
        for (; from != row.end() && *from == nodes[i]; ++from) {
          add(static_cast<NodeId>(i), static_cast<std::size_t>(from - row.begin()));
        }
      }
    } else {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (const NodeId place = place_of(row[i]); place != kNoNode) {
          add(place, i);
        }
      }
    }
    rows.offsets.push_back(static_cast<EdgeId>(rows.sources.size()));
  }
}

/// Memory of one subgraph.
struct SubgraphScratch {
  HashedIds ids;
  SubgraphRows rows;
};

/// The subgraph on `nodes`, ascending and distinct, as a sample whose seeds are those of them that `is_seed` marks.
[[nodiscard]] Sample subgraph_sample(const CsrGraph& graph, std::span<const NodeId> nodes,
                                     std::span<const char> is_seed, bool keep_edges, SubgraphScratch& scratch);

/// [num_nodes] 1 for each of the nodes. Throws ArgumentError, naming the operation, if one is not a node.
[[nodiscard]] std::vector<char> marks_of(const char* operation, const std::vector<NodeId>& nodes,
                                         std::int64_t num_nodes);

}  // namespace weft
