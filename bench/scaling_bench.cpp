// Time and peak memory of every attention against the number of nodes, forward and gradients, and the exponents of
// N^a fitted to both. Each measurement is a process of its own on one thread, so that its peak of resident memory is
// its own: what is counted is what the process grew by over the one that had its inputs. `dense` is softmax over all
// pairs: quadratic, and measured as far as it goes in minutes.
//
//   weft_scaling_bench [--benchmark_filter=/linear/]
//
// The graph is a square grid, the states 64 columns of 4 heads, all options at their defaults (weights of positions: as
// many as there are nodes). gat and gatv2 are one convolution along the edges; sign and nagphormer are the model, with
// the hops made in every pass, nagphormer with 32 columns: its tokens of a million nodes would not fit otherwise.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <numeric>

#include "bench/apart.hpp"
#include "bench/inputs.hpp"
#include "bench/rounds.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/edge_states.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/kernels/block_layouts.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/trainer.hpp"

namespace weft::bench {
namespace {

constexpr int kSmallest = 10, kLargest = 20, kLargestDense = 14;
constexpr std::string_view kDense = "dense";
constexpr std::string_view kConvolutions[] = {"gat", "gatv2"}, kHopModels[] = {"sign", "nagphormer"};

/// Forward and gradients of one attention of a model as it is by default.
std::function<void(const MessageBlock&, const Tensor&)> work_of(std::string_view kind, std::int64_t n) {
  if (kind == kDense) {
    return [](const MessageBlock& graph, const Tensor& x) {
      std::vector<NodeId> order(static_cast<std::size_t>(x.rows()));
      std::iota(order.begin(), order.end(), NodeId{0});
      const Variable q = Variable::parameter(x), k = Variable::parameter(x), v = Variable::parameter(x);
      std::vector<BlockLayout> all = {
          window_layout(order, graph.segments(), std::max<std::int64_t>(2, x.rows()), false)};
      (void)backward(block_attention(q, k, v, std::move(all), {.heads = 4}), x);
    };
  }
  if (std::ranges::count(kConvolutions, kind) > 0) {
    const auto convolution = std::shared_ptr<Convolution>(
        make_convolution({.kind = std::string(kind), .in = 64, .out = 64, .heads = 4}, Random(1)));
    return [convolution](const MessageBlock& graph, const Tensor& x) {
      Pass pass = Pass::train(Random(2));
      EdgeStates none;
      (void)backward(convolution->forward(graph, LayerInput(Variable::parameter(x)), none, pass), x);
    };
  }
  if (std::ranges::count(kHopModels, kind) > 0) {
    Options options = default_options(kind);
    options.set("hidden", kind == "nagphormer" ? "32" : "64");
    const auto model =
        std::shared_ptr<NodeModel>(make_model(kind, shape_for(random_matrix(1, 64, 1), 2), options, Random(1)));
    return [model](const MessageBlock& graph, const Tensor& x) {
      Pass pass = Pass::train(Random(2));
      const Features features = x;
      const Variable logits = model->forward(graph, NodeInput(features), pass).logits;
      (void)backward(logits, Tensor::full(logits.rows(), logits.cols(), 1.0F));
    };
  }
  Options options = default_options("weft");
  options.set("hidden", "64");
  options.set("heads", "4");
  options.set("max_positions", std::to_string(n));
  auto attention = std::shared_ptr<GlobalAttention>(make_global_attention(kind, options, 0, Random(1)));
  return [attention](const MessageBlock& graph, const Tensor& x) {
    Pass pass = Pass::train(Random(2));
    (void)backward(attention->forward(graph, Variable::parameter(x), pass), x);
  };
}

Measured measure(std::string_view kind, std::int64_t n) {
  Measured result;
  with_threads(1, [&] {
    const auto work = work_of(kind, n);
    work(MessageBlock(grid(4, 4)), random_matrix(16, 64, 1));
    const std::int64_t side = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(std::sqrt(n))));
    const MessageBlock graph(grid(side, n / side));
    const Tensor x = random_matrix(n, 64, 1);
    const double before = resident_peak();
    // Orders, patterns and reversed graphs are made once a run, at the first step.
    work(graph, x);
    std::vector<double> times;
    double total = 0;
    while (times.size() < 3 || (times.size() < 51 && total < 0.5)) {
      times.push_back(seconds([&] { work(graph, x); }));
      total += times.back();
    }
    result = {median(times), std::max(1.0, resident_peak() - before)};
  });
  return result;
}

std::map<std::string, std::map<std::int64_t, Measured>>& results() {
  static std::map<std::string, std::map<std::int64_t, Measured>> all;
  return all;
}

void attention(benchmark::State& state, const std::string& kind) {
  for (auto _ : state) {
    try {
      const Measured result = measure_apart(kind, [&] { return measure(kind, state.range(0)); });
      results()[kind][state.range(0)] = result;
      state.SetIterationTime(result.seconds);
      state.counters["MB"] = result.bytes / 1e6;
    } catch (const std::exception& error) {
      return state.SkipWithError(error.what());
    }
  }
}

void print_exponents() {
  // Below this, what a process holds in any case hides what the attention takes.
  constexpr std::int64_t kFirstOfMemory = std::int64_t{1} << 12;
  std::printf("\n%-20s %10s %10s %14s %14s\n", "attention", "time N^a", "memory N^a", "us/node at end",
              "B/node at end");
  for (const auto& [kind, points] : results()) {
    if (points.size() < 3) {
      continue;
    }
    const auto& [n, last] = *points.rbegin();
    std::printf("%-20s %10.2f %10.2f %14.2f %14.0f\n", kind.c_str(),
                exponent(points, 0, [](const Measured& m) { return m.seconds; }),
                exponent(points, kFirstOfMemory, [](const Measured& m) { return m.bytes; }),
                1e6 * last.seconds / static_cast<double>(n), last.bytes / static_cast<double>(n));
  }
}

void add(const std::string& kind, int largest) {
  auto* one = benchmark::RegisterBenchmark(("attention/" + kind + "/").c_str(),
                                           [kind](benchmark::State& state) { attention(state, kind); });
  for (int power = kSmallest; power <= largest; power += kind == kDense ? 1 : 2) {
    one->Arg(std::int64_t{1} << power);
  }
  one->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
  using namespace weft::bench;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  add(std::string(kDense), kLargestDense);
  for (const weft::AttentionInfo& info : weft::global_attentions()) {
    add(std::string(info.name), kLargest);
  }
  for (const std::string_view kind : weft::bench::kConvolutions) {
    add(std::string(kind), kLargest);
  }
  for (const std::string_view kind : weft::bench::kHopModels) {
    add(std::string(kind), kLargest);
  }
  benchmark::RunSpecifiedBenchmarks();
  print_exponents();
  return 0;
}
