// Neighbor sampling against the memory it must touch: every sampled edge costs a random read of the column array and
// one of the table of local ids, and nothing else is counted in the limits.
//
// random_ms: as many random reads of 4 bytes, two an edge, from the column array (80 MB).
// replay_ms: reading the columns and then the slots that the sampler read, in its order and without drawing, numbering
//            or writing anything; hubs repeat, so that caches make it faster than random reads.
// Counters: edges (millions of sampled edges in a round), rate (millions of edges a second), of_random and of_replay
// (the parts of the limits that are reached).
#include <memory>
#include <vector>

#include "bench/rounds.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/samplers/neighbor_sampler.hpp"

namespace weft::bench {
namespace {

constexpr std::int64_t kBatches = 16;
constexpr std::size_t kAhead = 32;

/// R-MAT of 1 million nodes and about 20 million edges, in shuffled order.
const CsrGraph& large_graph() {
  static const CsrGraph graph = rmat({.num_nodes = 1'000'000, .num_edges = 20'800'000, .seed = 1});
  return graph;
}

NeighborSampler sampler_of(const CsrGraph& graph, bool keep_edges) {
  std::vector<NodeId> nodes(static_cast<std::size_t>(graph.num_nodes()));
  for (std::size_t v = 0; v < nodes.size(); ++v) {
    nodes[v] = static_cast<NodeId>(v);
  }
  return NeighborSampler(graph, SeedBatches(std::move(nodes), {.batch_size = 1024}),
                         {.fanouts = {15, 10, 5}, .keep_edges = keep_edges});
}

/// The positions of all edges of a batch in the order in which they are drawn, and the nodes found there.
struct Touched {
  std::vector<std::uint32_t> positions;
  std::vector<NodeId> nodes;
};

std::vector<Touched> touched_by(const NeighborSampler& sampler, const CsrGraph& graph) {
  std::vector<Touched> result(kBatches);
  for (std::int64_t i = 0; i < kBatches; ++i) {
    const Sample sample = sampler.sample(0, i);
    Touched& touched = result[static_cast<std::size_t>(i)];
    for (auto hop = sample.blocks.rbegin(); hop != sample.blocks.rend(); ++hop) {
      for (const EdgeId edge : hop->edges) {
        touched.positions.push_back(static_cast<std::uint32_t>(edge));
        touched.nodes.push_back(graph.sources()[static_cast<std::size_t>(edge)]);
      }
    }
  }
  return result;
}

template <class T>
std::uint64_t read_at(const std::vector<std::uint32_t>& positions, const T* table) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    __builtin_prefetch(table + positions[std::min(i + kAhead, positions.size() - 1)]);
    sum += table[positions[i]];
  }
  return sum;
}

/// Argument: threads, each on batches of its own.
void neighbor_sampling(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(0)), [&] {
    const CsrGraph& graph = large_graph();
    const NeighborSampler sampler = sampler_of(graph, true), without_edges = sampler_of(graph, false);
    const std::vector<Touched> touched = touched_by(sampler, graph);
    std::int64_t num_edges = 0;
    std::vector<std::vector<std::uint32_t>> anywhere(kBatches);
    for (std::size_t i = 0; i < kBatches; ++i) {
      num_edges += static_cast<std::int64_t>(touched[i].positions.size());
      anywhere[i].resize(2 * touched[i].positions.size());
      const Random random(i);
      for (std::size_t j = 0; j < anywhere[i].size(); ++j) {
        anywhere[i][j] = static_cast<std::uint32_t>(random.below(static_cast<std::uint64_t>(graph.num_edges()), j));
      }
    }
    const Buffer<std::uint64_t> slots(static_cast<std::size_t>(graph.num_nodes()), std::uint64_t{1});
    const auto each_batch = [&](FunctionRef<void(std::size_t)> work) {
      parallel_for(kBatches, 1, [&](std::int64_t i, std::int64_t) { work(static_cast<std::size_t>(i)); });
    };
    const Variant random{
        "random", [&] {
          each_batch([&](std::size_t i) { benchmark::DoNotOptimize(read_at(anywhere[i], graph.sources().data())); });
        }};
    const auto sample_with = [&](const NeighborSampler& which) {
      each_batch([&](std::size_t i) { benchmark::DoNotOptimize(which.sample(0, static_cast<std::int64_t>(i))); });
    };
    run_rounds(state, random,
               {{"replay",
                 [&] {
                   each_batch([&](std::size_t i) {
                     benchmark::DoNotOptimize(read_at(touched[i].positions, graph.sources().data()));
                     benchmark::DoNotOptimize(read_at(touched[i].nodes, slots.data()));
                   });
                 }},
                {"sampler", [&] { sample_with(sampler); }},
                {"without_edges", [&] { sample_with(without_edges); }}});
    auto& counters = state.counters;
    counters["edges"] = static_cast<double>(num_edges) * 1e-6;
    counters["rate"] = static_cast<double>(num_edges) * 1e-3 / counters["sampler_ms"];
    counters["of_random"] = 1 / counters["sampler_x"];
    counters["of_replay"] = counters["replay_x"] / counters["sampler_x"];
  });
}
BENCHMARK(neighbor_sampling)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(15)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::bench
