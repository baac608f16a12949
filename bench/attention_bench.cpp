// Edge attention in units of mean aggregation of the same width, and linear attention against the peak of
// multiply-adds. Counters are explained in bench/rounds.hpp.
#include "bench/inputs.hpp"
#include "bench/limits.hpp"
#include "bench/rounds.hpp"
#include "weft/layers/aggregation.hpp"
#include "weft/layers/edge_attention.hpp"
#include "weft/layers/kernel_attention.hpp"

namespace weft::bench {
namespace {

/// Arguments: heads, columns of a head, threads. plain_ms is aggregate_mean of heads * columns.
void edge_attention(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(2)), [&] {
    const MessageBlock& block = citation_sized_block();
    const std::int64_t heads = state.range(0), d = state.range(1), n = block.num_inputs();
    const Variable h = Variable::constant(random_matrix(n, heads * d, 1));
    const Variable left = Variable::constant(random_matrix(n, heads, 2));
    const Variable right = Variable::constant(random_matrix(n, heads, 3));
    const Variable a = Variable::constant(random_matrix(1, heads * d, 5));
    const Variable dh = Variable::parameter(h.value()), dleft = Variable::parameter(left.value()),
                   dright = Variable::parameter(right.value()), da = Variable::parameter(a.value());
    const Tensor dy = random_matrix(n, heads * d, 4);
    (void)block.reversed();
    run_rounds(state, {"plain", [&] { (void)aggregate_mean(block, h); }},
               {{"gat", [&] { (void)gat_attention(block, h, left, right, {.heads = heads}); }},
                {"gat_drop", [&] { (void)gat_attention(block, h, left, right, {.heads = heads, .dropout = 0.5F}); }},
                {"gat_both", [&] { (void)backward(gat_attention(block, dh, dleft, dright, {.heads = heads}), dy); }},
                {"gatv2", [&] { (void)gatv2_attention(block, h, h, a, {.heads = heads}); }},
                {"gatv2_both", [&] { (void)backward(gatv2_attention(block, dh, dh, da, {.heads = heads}), dy); }}});
  });
}
BENCHMARK(edge_attention)
    ->ArgNames({"heads", "d", "threads"})
    ->ArgsProduct({{1}, {64}, {1, 2}})
    ->ArgsProduct({{4}, {16, 32}, {1, 2}})
    ->ArgsProduct({{8}, {8}, {1, 2}})
    ->Iterations(9)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// Arguments: nodes of a graph, graphs, heads, columns of a head, threads. 1 / forward_x is the fraction of the peak.
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
    const double forward_flops = 4.0 * static_cast<double>(n * heads * d) * static_cast<double>(d);
    const double peak_flops = multiply_add(forward_flops);
    const double ratio = forward_flops / peak_flops;
    run_rounds(state, {"peak", [&] { (void)multiply_add(forward_flops); }},
               {{"forward", [&] { (void)linear_attention(q, k, v, segments, heads); }, ratio},
                {"both", [&] { (void)backward(linear_attention(q, k, v, segments, heads), dy); }, 3.5 * ratio}});
    state.counters["forward_fraction"] = 1.0 / state.counters["forward_x"];
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
