// All hops of a batch, from the seeds outward, and the checks that samplers by hops share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>

#include "weft/core/buffer.hpp"
#include "weft/core/error.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/hop_sampling.hpp"
#include "weft/samplers/local_ids.hpp"
#include "weft/samplers/sample.hpp"

namespace weft {

/// The tables of local ids and the memory of the hops of one batch, reused by the next.
struct NeighborScratch {
  DenseIds dense;
  HashedIds hashed;
  HopScratch hop;
};

/// All hops from the seeds outward; picker_of(hop) gives the picker of each. `ids` holds the seeds.
template <class Ids, class PickerOf>
[[nodiscard]] Sample sample_hops(const CsrGraph& graph, Ids& ids, HopScratch& scratch, std::size_t num_hops,
                                 bool keep_edges, const PickerOf& picker_of) {
  Sample sample;
  const auto num_seeds = static_cast<std::size_t>(ids.size());
  for (std::size_t hop = 0; hop < num_hops; ++hop) {
    auto picker = picker_of(hop);
    sample.blocks.push_back(HopSampling(graph, ids, picker, scratch, keep_edges).run());
  }
  std::ranges::reverse(sample.blocks);
  sample.inputs = Buffer<NodeId>(static_cast<std::size_t>(ids.size()));
  std::ranges::transform(ids.keys(), sample.inputs.begin(), [](auto key) { return Ids::node_of(key); });
  sample.seeds = Buffer<NodeId>::copy_of(std::span<const NodeId>(sample.inputs).first(num_seeds));
  sample.seed_rows = Buffer<NodeId>(num_seeds);
  std::iota(sample.seed_rows.begin(), sample.seed_rows.end(), NodeId{0});
  return sample;
}

/// The same for distinct seeds whose neighbors are shared, with the table that suits the graph.
template <class PickerOf>
[[nodiscard]] Sample sample_hops_of(const CsrGraph& graph, std::span<const NodeId> seeds, NeighborScratch& scratch,
                                    std::size_t num_hops, bool keep_edges, const PickerOf& picker_of) {
  const auto run = [&](auto& ids) {
    ids.start(graph.num_nodes());
    ids.make_room(static_cast<std::int64_t>(seeds.size()));
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      require(seeds[i] < graph.num_nodes(), "sampling: seed number ", i, " is node ", seeds[i], ", expected below ",
              graph.num_nodes());
      require(ids.insert(seeds[i]) == i, "sampling: seed number ", i, ", node ", seeds[i],
              ", was named before, expected distinct seeds");
    }
    return sample_hops(graph, ids, scratch.hop, num_hops, keep_edges, picker_of);
  };
  return graph.num_nodes() <= kMaxDenseNodes ? run(scratch.dense) : run(scratch.hashed);
}

/// Throws ArgumentError, naming the operation, unless there are fanouts and each is kAllNeighbors (-1) or more.
inline void require_fanouts(const char* operation, std::span<const std::int64_t> fanouts) {
  require(!fanouts.empty(), operation, ": there are no fanouts, expected one for each hop");
  for (std::size_t hop = 0; hop < fanouts.size(); ++hop) {
    require(fanouts[hop] >= -1 && fanouts[hop] <= kMaxNodes, operation, ": the fanout of hop ", hop, " is ",
            fanouts[hop], ", expected -1 (all) to ", kMaxNodes);
  }
}

/// The same for draws with replacement, which a row of one neighbor makes too.
inline void require_draws(const char* operation, std::span<const std::int64_t> fanouts) {
  constexpr std::int64_t kMostDraws = 1 << 20;
  for (const std::int64_t fanout : fanouts) {
    require(fanout >= 0 && fanout <= kMostDraws, operation, ": fanout is ",
            fanout < 0 ? "all neighbors" : std::to_string(fanout),
            " with replacement, expected a number of draws, 0 to ", kMostDraws);
  }
}

/// Throws ArgumentError, naming the operation, unless neighbors of the graph are nodes with a row of their own.
inline void require_square(const char* operation, const CsrGraph& graph) {
  require(graph.num_nodes() == graph.num_sources(), operation, ": the graph has ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " sources, expected as many of both");
}

}  // namespace weft
