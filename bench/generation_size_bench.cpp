// The time that a graph takes a generator, against its size: one training step on eight graphs and the drawing of
// eight graphs, for graphs of 50 to 5,000 nodes of three sorts. What is drawn is told token by token, so that it has
// the size wanted though the model is untrained. The figure that counts is `exponent`: the slope of a straight line
// through the logarithms of times and sizes, of the shortest time of each size over all rounds; 1 is linear. Times are
// those of one thread's processor, which others do not change much.
// ms_N: that time for N nodes. tokens_N: how many tokens its vocabulary has.
#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <string>

#include <benchmark/benchmark.h>

#include "weft/core/parallel.hpp"
#include "weft/generation/graph_sampler.hpp"
#include "weft/generation/sequence_loss.hpp"
#include "weft/graph/generators.hpp"

namespace weft::bench {
namespace {

constexpr std::int64_t kSizes[] = {50, 160, 500, 1600, 5000};
constexpr std::int64_t kGraphs = 8;

/// Each node hangs on a random one before it.
TypedGraph tree(std::int64_t n, std::uint64_t seed) {
  TypedGraph graph{{0}, {}};
  for (NodeId v = 1; static_cast<std::int64_t>(v) < n; ++v) {
    graph.types.push_back(0);
    graph.edges.push_back({v, static_cast<NodeId>(Random(seed).below(v, v)), 1});
  }
  return graph;
}

TypedGraph square_grid(std::int64_t n, std::uint64_t /*seed*/) {
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(n))));
  return plain_graph(grid(side, side));
}

/// A grid with one diagonal in every square: planar, almost all faces triangles.
TypedGraph triangulated_grid(std::int64_t n, std::uint64_t seed) {
  TypedGraph graph = square_grid(n, seed);
  const auto side = static_cast<NodeId>(std::lround(std::sqrt(static_cast<double>(n))));
  for (NodeId row = 0; row + 1 < side; ++row) {
    for (NodeId col = 0; col + 1 < side; ++col) {
      graph.edges.push_back({row * side + col, (row + 1) * side + col + 1, 1});
    }
  }
  return graph;
}

/// A model of the default size for graphs of one size.
struct Generator {
  Generator(TypedGraph (*make)(std::int64_t, std::uint64_t), std::int64_t n) {
    for (std::int64_t i = 0; i < kGraphs; ++i) {
      graphs.push_back(make(n, static_cast<std::uint64_t>(i)));
    }
    vocabulary = CodeVocabulary(graphs, {.walk = Walk::compact, .sees_neighborhood = true, .passes = 20}, Random(1));
    model = std::make_unique<SequenceModel>(SequenceShape{.input_categories = vocabulary.input_categories(),
                                                          .vocabulary = vocabulary.size(),
                                                          .clue_features = vocabulary.num_clue_features()},
                                            SequenceModelOptions{.hidden = 128, .layers = 3, .heads = 4}, Random(1));
  }

  void train_step() const {
    std::vector<SequenceItem> items;
    for (const TypedGraph& graph : graphs) {
      items.push_back({.graph = &graph, .random = Random(7).stream(items.size())});
    }
    const SequenceBatch batch = make_sequence_batch(vocabulary, items);
    Pass pass = Pass::train(Random(1));
    benchmark::DoNotOptimize(backward(sequence_loss(model->forward(batch, pass), batch, 0.0F).loss));
  }

  void draw() const {
    benchmark::DoNotOptimize(sample_graphs(*model, vocabulary, kGraphs, {.seed = 1, .beginning = graphs.front()}));
  }

  std::vector<TypedGraph> graphs;
  CodeVocabulary vocabulary;
  std::unique_ptr<SequenceModel> model;
};

double processor_seconds(const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  on_this_thread(work);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// The slope of the least-squares line.
double slope(const std::vector<double>& x, const std::vector<double>& y) {
  double mean_x = 0.0, mean_y = 0.0, products = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / static_cast<double>(x.size());
    mean_y += y[i] / static_cast<double>(x.size());
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - mean_x) * (y[i] - mean_y);
    squares += (x[i] - mean_x) * (x[i] - mean_x);
  }
  return products / squares;
}

void against_size(benchmark::State& state, TypedGraph (*make)(std::int64_t, std::uint64_t),
                  void (Generator::*work)() const) {
  std::vector<Generator> generators;
  for (const std::int64_t n : kSizes) {
    generators.emplace_back(make, n);
  }
  std::vector<double> best(generators.size(), 1e30);
  for (auto _ : state) {
    double total = 0.0;
    for (std::size_t i = 0; i < generators.size(); ++i) {
      const double time = processor_seconds([&] { (generators[i].*work)(); });
      best[i] = std::min(best[i], time / static_cast<double>(kGraphs));
      total += time;
    }
    state.SetIterationTime(total);
  }
  std::vector<double> x, y;
  for (std::size_t i = 0; i < generators.size(); ++i) {
    x.push_back(std::log(static_cast<double>(generators[i].graphs.front().num_nodes())));
    y.push_back(std::log(best[i]));
    state.counters["ms_" + std::to_string(kSizes[i])] = 1e3 * best[i];
    state.counters["tokens_" + std::to_string(kSizes[i])] = static_cast<double>(generators[i].vocabulary.size());
  }
  state.counters["exponent"] = slope(x, y);
}

BENCHMARK_CAPTURE(against_size, train_tree, tree, &Generator::train_step)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(against_size, draw_tree, tree, &Generator::draw)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(against_size, train_square_grid, square_grid, &Generator::train_step)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(against_size, draw_square_grid, square_grid, &Generator::draw)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(against_size, train_triangulated_grid, triangulated_grid, &Generator::train_step)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(against_size, draw_triangulated_grid, triangulated_grid, &Generator::draw)
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::bench
