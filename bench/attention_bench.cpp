// Edge attention in units of mean aggregation of the same width, and the attentions that are made of products against
// the peak of multiply-adds. Counters are explained in bench/rounds.hpp.
#include <functional>
#include <numeric>

#include "bench/inputs.hpp"
#include "bench/limits.hpp"
#include "bench/rounds.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/kernels/block_layouts.hpp"
#include "weft/layers/kernels/dot_attention.hpp"
#include "weft/layers/kernels/edge_attention.hpp"
#include "weft/layers/kernels/gated_scan.hpp"
#include "weft/layers/kernels/kernel_attention.hpp"
#include "weft/layers/kernels/low_rank_attention.hpp"

namespace weft::bench {
namespace {

/// Arguments: heads, columns of a head, threads. plain_ms is aggregate_mean of heads * columns. Forward and gradients
/// are benchmarks of their own, so that buffers of the same sizes go round within each.
struct EdgeInputs {
  explicit EdgeInputs(const benchmark::State& state)
      : heads(state.range(0)),
        block(citation_sized_block()),
        h(Variable::parameter(random_matrix(block.num_inputs(), heads * state.range(1), 1))),
        left(Variable::parameter(random_matrix(block.num_inputs(), heads, 2))),
        right(Variable::parameter(random_matrix(block.num_inputs(), heads, 3))),
        a(Variable::parameter(random_matrix(1, h.cols(), 5))),
        k(Variable::parameter(random_matrix(block.num_inputs(), h.cols(), 6))),
        v(Variable::parameter(random_matrix(block.num_inputs(), h.cols(), 7))),
        plain(Variable::constant(h.value())) {
    (void)block.reversed();
  }
  std::int64_t heads;
  const MessageBlock& block;
  Variable h, left, right, a, k, v, plain;
};

void edge_attention(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(2)), [&] {
    const EdgeInputs in(state);
    const EdgeAttentionOptions whole{.heads = in.heads}, dropped{.heads = in.heads, .dropout = 0.5F};
    run_rounds(state, {"plain", [&] { (void)aggregate_mean(in.block, in.plain); }},
               {{"gat", [&] { (void)gat_attention(in.block, in.h, in.left, in.right, whole); }},
                {"gat_drop", [&] { (void)gat_attention(in.block, in.h, in.left, in.right, dropped); }},
                {"gatv2", [&] { (void)gatv2_attention(in.block, in.h, in.h, in.a, whole); }},
                {"dot", [&] { (void)dot_attention(in.block, in.h, in.k, in.v, {.heads = in.heads}); }}});
  });
}

void edge_attention_both(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(2)), [&] {
    const EdgeInputs in(state);
    const EdgeAttentionOptions whole{.heads = in.heads}, dropped{.heads = in.heads, .dropout = 0.5F};
    const Tensor dy = random_matrix(in.h.rows(), in.h.cols(), 4);
    run_rounds(state, {"plain", [&] { (void)aggregate_mean(in.block, in.plain); }},
               {{"gat", [&] { (void)backward(gat_attention(in.block, in.h, in.left, in.right, whole), dy); }},
                {"gat_drop", [&] { (void)backward(gat_attention(in.block, in.h, in.left, in.right, dropped), dy); }},
                {"gatv2", [&] { (void)backward(gatv2_attention(in.block, in.h, in.h, in.a, whole), dy); }},
                {"dot", [&] { (void)backward(dot_attention(in.block, in.h, in.k, in.v, {.heads = in.heads}), dy); }}});
  });
}
BENCHMARK(edge_attention_both)
    ->ArgNames({"heads", "d", "threads"})
    ->ArgsProduct({{1}, {64}, {1, 2}})
    ->ArgsProduct({{4}, {16, 32}, {1, 2}})
    ->ArgsProduct({{8}, {8}, {1, 2}})
    ->Iterations(9)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(edge_attention)
    ->ArgNames({"heads", "d", "threads"})
    ->ArgsProduct({{1}, {64}, {1, 2}})
    ->ArgsProduct({{4}, {16, 32}, {1, 2}})
    ->ArgsProduct({{8}, {8}, {1, 2}})
    ->Iterations(9)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// Times `forward` and `both` (forward and gradients) against the peak of multiply-adds. forward_fraction and
/// both_fraction: of that peak; forward_fraction8: of that on vectors of 8 floats; forward_of_stream: of the time of
/// reading Q, K, V and writing O once.
void run_against_peak(benchmark::State& state, const Tensor& x, double forward_flops, double both_flops,
                      const std::function<void()>& forward, const std::function<void()>& both) {
  const double ratio = forward_flops / multiply_add(forward_flops);
  Tensor copy(x.rows(), x.cols());
  run_rounds(state, {"peak", [&] { (void)multiply_add(forward_flops); }},
             {{"peak8", [&] { (void)multiply_add<8>(forward_flops); }, ratio},
              {"stream", [&] { stream_three(x, x, x, copy); }},
              {"forward", forward, ratio},
              {"both", both, both_flops / forward_flops * ratio}});
  state.counters["forward_fraction"] = 1.0 / state.counters["forward_x"];
  state.counters["forward_fraction8"] = state.counters["peak8_x"] / state.counters["forward_x"];
  state.counters["forward_of_stream"] = state.counters["stream_ms"] / state.counters["forward_ms"];
  state.counters["both_fraction"] = 1.0 / state.counters["both_x"];
}

/// `graphs` graphs of `nodes` nodes each.
struct NodeInputs {
  NodeInputs(std::int64_t nodes, std::int64_t graphs, std::int64_t columns)
      : q(Variable::parameter(random_matrix(nodes * graphs, columns, 1))),
        k(Variable::parameter(random_matrix(nodes * graphs, columns, 2))),
        v(Variable::parameter(random_matrix(nodes * graphs, columns, 3))),
        dy(random_matrix(nodes * graphs, columns, 4)) {
    for (std::int64_t g = 0; g <= graphs; ++g) {
      segments.push_back(g * nodes);
    }
  }
  Variable q, k, v;
  Tensor dy;
  std::vector<std::int64_t> segments;
};

/// Arguments: nodes of a graph, graphs, heads, columns of a head, threads. A gradient is 4 products (5 for many small
/// graphs), a forward pass 2.
void linear_attention_of(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(4)), [&] {
    const std::int64_t graphs = state.range(1), heads = state.range(2), d = state.range(3);
    const NodeInputs in(state.range(0), graphs, heads * d);
    const double flops = 4.0 * static_cast<double>(in.dy.size() * d);
    run_against_peak(
        state, in.dy, flops, (graphs == 1 ? 3.0 : 3.5) * flops,
        [&] { (void)linear_attention(in.q, in.k, in.v, in.segments, heads); },
        [&] { (void)backward(linear_attention(in.q, in.k, in.v, in.segments, heads), in.dy); });
  });
}
BENCHMARK(linear_attention_of)
    ->ArgNames({"nodes", "graphs", "heads", "d", "threads"})
    ->ArgsProduct({{170'000}, {1}, {1}, {64}, {1, 2}})
    ->ArgsProduct({{170'000}, {1}, {4}, {16, 32}, {1, 2}})
    ->ArgsProduct({{25}, {4096}, {1}, {64}, {1, 2}})
    ->ArgsProduct({{25}, {4096}, {4}, {16}, {1, 2}})
    ->Iterations(15)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// The other kernels on one graph of 170 thousand nodes. Arguments: heads, columns of a head, threads. A gradient
/// computes the weights anew: 5 products beside the 2 of a forward pass.
constexpr std::int64_t kNodes = 170'000;

/// Blocks of 64 in the order of the nodes, each reading itself.
void block_attention_of(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(2)), [&] {
    constexpr std::int64_t kBlock = 64;
    const NodeInputs in(kNodes, 1, state.range(0) * state.range(1));
    std::vector<NodeId> order(static_cast<std::size_t>(kNodes));
    std::iota(order.begin(), order.end(), NodeId{0});
    const auto attend = [&] {
      return block_attention(in.q, in.k, in.v, {window_layout(order, in.segments, kBlock, false)},
                             {.heads = state.range(0)});
    };
    const double flops = 4.0 * static_cast<double>(in.dy.size() * kBlock);
    run_against_peak(
        state, in.dy, flops, 3.5 * flops, [&] { (void)attend(); }, [&] { (void)backward(attend(), in.dy); });
  });
}

/// Every node reads 64 landmarks.
void landmark_attention_of(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(2)), [&] {
    constexpr std::int64_t kLandmarks = 64;
    const NodeInputs in(kNodes, 1, state.range(0) * state.range(1));
    const NodeInputs marks(kLandmarks, 1, in.dy.cols());
    const auto attend = [&] {
      return landmark_attention(in.q, marks.k, marks.v, {in.segments, marks.segments}, state.range(0));
    };
    const double flops = 4.0 * static_cast<double>(in.dy.size() * kLandmarks);
    run_against_peak(
        state, in.dy, flops, 3.5 * flops, [&] { (void)attend(); }, [&] { (void)backward(attend(), in.dy); });
  });
}

/// Chunks of 64: a product of each with itself, halved by causality, and with the state. The gradient is counted as
/// twice the forward pass.
void gated_scan_of(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(2)), [&] {
    constexpr std::int64_t kChunk = 64;
    const NodeInputs in(kNodes, 1, state.range(0) * state.range(1));
    const Variable decay = Variable::parameter(Tensor::full(kNodes, state.range(0), -0.1F));
    const auto attend = [&] { return gated_scan(in.q, in.k, in.v, decay, in.segments, state.range(0)); };
    const double flops = 4.0 * static_cast<double>(in.dy.size() * (kChunk / 2 + state.range(1)));
    run_against_peak(
        state, in.dy, flops, 3.0 * flops, [&] { (void)attend(); }, [&] { (void)backward(attend(), in.dy); });
  });
}

void each_shape(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"heads", "d", "threads"})
      ->ArgsProduct({{1}, {64}, {1, 2}})
      ->ArgsProduct({{4}, {16, 32}, {1, 2}})
      ->Iterations(7)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}
BENCHMARK(block_attention_of)->Apply(each_shape);
BENCHMARK(landmark_attention_of)->Apply(each_shape);
BENCHMARK(gated_scan_of)->Apply(each_shape);

}  // namespace
}  // namespace weft::bench
