// A subgraph as a sample.
#include "weft/samplers/subgraph.hpp"

#include "weft/samplers/seed_batches.hpp"

namespace weft {

Sample subgraph_sample(const CsrGraph& graph, std::span<const NodeId> nodes, std::span<const char> is_seed,
                       bool keep_edges, SubgraphScratch& scratch) {
  HashedIds& ids = scratch.ids;
  ids.start();
  ids.make_room(static_cast<std::int64_t>(nodes.size()));
  for (const NodeId v : nodes) {
    ids.insert(v);
  }
  scratch.rows.clear();
  append_subgraph(
      graph, nodes, [&](NodeId u) { return ids.find(u); }, 0, keep_edges, scratch.rows);

  Sample sample;
  sample.is_subgraph = true;
  sample.inputs = Buffer<NodeId>::copy_of(nodes);
  sample.blocks.push_back(scratch.rows.block());
  std::vector<NodeId> seeds, rows;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (is_seed[nodes[i]] != 0) {
      seeds.push_back(nodes[i]);
      rows.push_back(static_cast<NodeId>(i));
    }
  }
  sample.seeds = Buffer<NodeId>::copy_of(seeds);
  sample.seed_rows = Buffer<NodeId>::copy_of(rows);
  return sample;
}

std::vector<char> marks_of(const char* operation, const std::vector<NodeId>& nodes, std::int64_t num_nodes) {
  require_nodes(operation, nodes, num_nodes);
  std::vector<char> marks(static_cast<std::size_t>(num_nodes));
  for (const NodeId v : nodes) {
    marks[v] = 1;
  }
  return marks;
}

}  // namespace weft
