// Time and memory of sampling and of training on samples against the number of nodes and of edges, over three decades:
// an epoch of neighbor sampling (seeds: all nodes) and of GraphSAGE (three in five nodes), on generated communities,
// and negatives of a bipartite graph of users and items, each measurement a process of its own on one thread. Fanouts
// 5, 5 and batches of 64, small enough that even the smallest graph is not read whole by a batch. What is counted as
// memory is what the process grew by over one that did nothing, the graph included.
//
//   weft_sampled_scaling_bench [largest power of two, 20]
#include <cstdlib>
#include <numeric>
#include <string>

#include "bench/apart.hpp"
#include "bench/inputs.hpp"
#include "bench/rounds.hpp"
#include "weft/samplers/negative_edges.hpp"
#include "weft/samplers/neighbor_sampler.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/training_run.hpp"

namespace weft::bench {
namespace {

constexpr int kDecades = 10;  // powers of two: a factor of 1024

Dataset communities(std::int64_t nodes, double degree) {
  LabeledGraph made = stochastic_block_model({.num_nodes = nodes,
                                              .num_communities = 4,
                                              .degree_inside = 0.8 * degree,
                                              .degree_outside = 0.2 * degree,
                                              .seed = 1});
  Dataset data;
  data.name = "communities";
  data.num_classes = 4;
  data.graph = std::move(made.graph);
  data.node_labels = std::move(made.label);
  data.node_features = random_matrix(nodes, 32, 2);
  Split split;
  split.name = "0";
  for (std::int64_t v = 0; v < nodes; ++v) {
    (v % 5 < 3 ? split.train : split.test).push_back(v);
  }
  data.splits = {split};
  return data;
}

double sampling_seconds(const Dataset& data) {
  std::vector<NodeId> nodes(static_cast<std::size_t>(data.graph.num_nodes()));
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  const NeighborSampler sampler(data.graph, SeedBatches(std::move(nodes), {.batch_size = 64}), {.fanouts = {5, 5}});
  return seconds([&] {
    for (std::int64_t i = 0; i < sampler.num_batches(); ++i) {
      benchmark::DoNotOptimize(sampler.sample(0, i));
    }
  });
}

double training_seconds(const Dataset& data) {
  TrainJob job;
  job.model = "sage";
  job.options = default_options("sage");
  const std::pair<const char*, const char*> settings[] = {
      {"sampler", "neighbor"}, {"batch_size", "64"}, {"fanout", "5,5"}, {"hidden", "32"}};
  for (const auto& [name, value] : settings) {
    job.options.set(name, value);
  }
  const auto task = make_task(data, job);
  TrainingRun run(*task, train_options_of(job.options), data.splits.front(), 0);
  // All steps but the last, after which a run would look at the whole graph.
  const std::int64_t steps = static_cast<std::int64_t>(data.splits.front().train.size() + 63) / 64 - 1;
  std::int64_t done = 0;
  return seconds([&] { (void)run.advance([&] { return ++done == steps; }); });
}

Measured measure(std::int64_t nodes, double degree, bool trains) {
  Measured result;
  with_threads(1, [&] {
    const double before = resident_peak();
    const Dataset data = communities(nodes, degree);
    result.seconds = trains ? training_seconds(data) : sampling_seconds(data);
    result.bytes = std::max(1.0, resident_peak() - before);
  });
  return result;
}

/// 2^(largest - 10) .. 2^largest nodes of 16 edges each, and 2^(largest - 5) nodes of 1 .. 1024 edges each.
void run(int largest) {
  for (const bool trains : {false, true}) {
    const char* what = trains ? "training" : "sampling";
    std::map<std::int64_t, Measured> by_nodes, by_edges;
    for (int power = largest - kDecades; power <= largest; power += 2) {
      const std::int64_t nodes = std::int64_t{1} << power;
      by_nodes[nodes] = measure_apart(what, [&] { return measure(nodes, 16, trains); });
      std::printf("%s: %8lld nodes of degree 16: %8.3f s, %8.1f MB\n", what, static_cast<long long>(nodes),
                  by_nodes[nodes].seconds, by_nodes[nodes].bytes / 1e6);
    }
    const std::int64_t fixed = std::int64_t{1} << (largest - 5);
    for (int power = 0; power <= kDecades; power += 2) {
      const std::int64_t edges = fixed << power;
      const auto degree = static_cast<double>(std::int64_t{1} << power);
      by_edges[edges] = measure_apart(what, [&] { return measure(fixed, degree, trains); });
      std::printf("%s: %8lld nodes, %9lld edges: %8.3f s, %8.1f MB\n", what, static_cast<long long>(fixed),
                  static_cast<long long>(edges), by_edges[edges].seconds, by_edges[edges].bytes / 1e6);
    }
    const auto time = [](const Measured& m) { return m.seconds; };
    const auto memory = [](const Measured& m) { return m.bytes; };
    std::printf("%s: time N^%.2f, memory N^%.2f; time E^%.2f, memory E^%.2f\n", what, exponent(by_nodes, 0, time),
                exponent(by_nodes, 0, memory), exponent(by_edges, 0, time), exponent(by_edges, 0, memory));
  }
}

/// Negatives for eight items of each of so many users, 1000 items in all, each drawn from the other side of a link.
Measured measure_negatives(std::int64_t users) {
  Measured result;
  with_threads(1, [&] {
    const double before = resident_peak();
    constexpr std::int64_t kItems = 1000, kEach = 8;
    std::vector<Edge> links;
    std::vector<std::uint8_t> side(static_cast<std::size_t>(users + kItems), 0);
    const Random random(3);
    for (std::int64_t i = 0; i < users * kEach; ++i) {
      const auto item = users + static_cast<std::int64_t>(random.below(kItems, static_cast<std::uint64_t>(i)));
      side[static_cast<std::size_t>(item)] = 1;
      links.push_back({static_cast<NodeId>(i / kEach), static_cast<NodeId>(item)});
    }
    const NegativeSampler sampler(CsrGraph::from_edges(users + kItems, links, {.symmetrize = true}), {.side = side});
    // In turn the user stays and the item is drawn, and the other way round.
    for (std::size_t i = 0; i < links.size(); i += 2) {
      std::swap(links[i].source, links[i].destination);
    }
    result.seconds = seconds([&] { benchmark::DoNotOptimize(sampler.sample(links, random.stream(1))); });
    result.bytes = std::max(1.0, resident_peak() - before);
  });
  return result;
}

void run_negatives(int largest) {
  std::map<std::int64_t, Measured> by_nodes;
  for (int power = largest - kDecades; power <= largest; power += 2) {
    const std::int64_t users = std::int64_t{1} << power;
    by_nodes[users] = measure_apart("negatives", [&] { return measure_negatives(users); });
    std::printf("negatives: %8lld users, 8 links each: %8.3f s, %8.1f MB\n", static_cast<long long>(users),
                by_nodes[users].seconds, by_nodes[users].bytes / 1e6);
  }
  std::printf("negatives: time N^%.2f, memory N^%.2f\n",
              exponent(by_nodes, 0, [](const Measured& m) { return m.seconds; }),
              exponent(by_nodes, 0, [](const Measured& m) { return m.bytes; }));
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
  weft::bench::run(argc > 1 ? std::atoi(argv[1]) : 20);
  weft::bench::run_negatives(argc > 1 ? std::atoi(argv[1]) : 20);
  return 0;
}
