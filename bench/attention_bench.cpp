// Edge attention in units of mean aggregation of the same width, and linear attention against the peak of
// multiply-adds. Counters are explained in bench/rounds.hpp.
#include "bench/inputs.hpp"
#include "bench/limits.hpp"
#include "bench/rounds.hpp"
#include "weft/layers/aggregation.hpp"
#include "weft/layers/dot_attention.hpp"
#include "weft/layers/edge_attention.hpp"
#include "weft/layers/kernel_attention.hpp"

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

/// Arguments: nodes of a graph, graphs, heads, columns of a head, threads. forward_fraction and both_fraction: of the
/// peak of multiply-adds; forward_fraction8: of that on vectors of 8 floats; forward_of_stream: of the time of reading
/// Q, K, V and writing O once. A gradient is 4 products (5 for many small graphs), a forward pass 2.
void linear_attention_of(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(4)), [&] {
    const std::int64_t nodes = state.range(0), graphs = state.range(1), heads = state.range(2), d = state.range(3);
    std::vector<std::int64_t> segments;
    for (std::int64_t g = 0; g <= graphs; ++g) {
      segments.push_back(g * nodes);
    }
    const std::int64_t n = nodes * graphs;
    const Variable q = Variable::parameter(random_matrix(n, heads * d, 1));
    const Variable k = Variable::parameter(random_matrix(n, heads * d, 2));
    const Variable v = Variable::parameter(random_matrix(n, heads * d, 3));
    const Tensor dy = random_matrix(n, heads * d, 4);
    Tensor copy(n, heads * d);
    const double forward_flops = 4.0 * static_cast<double>(n * heads * d) * static_cast<double>(d);
    const double peak_flops = multiply_add(forward_flops);
    const double ratio = forward_flops / peak_flops;
    run_rounds(state, {"peak", [&] { (void)multiply_add(forward_flops); }},
               {{"peak8", [&] { (void)multiply_add<8>(forward_flops); }, ratio},
                {"stream", [&] { stream_three(q.value(), k.value(), v.value(), copy); }},
                {"forward", [&] { (void)linear_attention(q, k, v, segments, heads); }, ratio},
                {"both", [&] { (void)backward(linear_attention(q, k, v, segments, heads), dy); },
                 (graphs == 1 ? 3.0 : 3.5) * ratio}});
    state.counters["forward_fraction"] = 1.0 / state.counters["forward_x"];
    state.counters["forward_fraction8"] = state.counters["peak8_x"] / state.counters["forward_x"];
    state.counters["forward_of_stream"] = state.counters["stream_ms"] / state.counters["forward_ms"];
    state.counters["both_fraction"] = 1.0 / state.counters["both_x"];
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

}  // namespace
}  // namespace weft::bench
