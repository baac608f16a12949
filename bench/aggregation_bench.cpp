// Mean aggregation against the gather limit and against the loop that everyone writes first.
// Counters are explained in bench/rounds.hpp; limit_ms is a gather along the same edges that writes nothing.
#include "bench/inputs.hpp"
#include "bench/limits.hpp"
#include "bench/rounds.hpp"
#include "weft/layers/kernels/aggregation.hpp"

namespace weft::bench {
namespace {

/// y_v += x_u edge by edge, with the sum in memory; rows in chunks of 256.
void naive_mean(const CsrGraph& graph, const Tensor& x, Tensor& y) {
  parallel_for(graph.num_nodes(), 256, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      float* row = y.row(v).data();
      for (std::int64_t j = 0; j < x.cols(); ++j) {
        row[j] = 0.0F;
      }
      const auto sources = graph.sources_of(static_cast<NodeId>(v));
      for (const NodeId u : sources) {
        const float* other = x.row(u).data();
        for (std::int64_t j = 0; j < x.cols(); ++j) {
          row[j] += other[j];
        }
      }
      const float scale = sources.empty() ? 0.0F : 1.0F / static_cast<float>(sources.size());
      for (std::int64_t j = 0; j < x.cols(); ++j) {
        row[j] *= scale;
      }
    }
  });
}

/// Arguments: width, threads.
void aggregation(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(1)), [&] {
    const MessageBlock& block = citation_sized_block();
    const std::int64_t width = state.range(0);
    const Variable x = Variable::constant(random_matrix(block.num_inputs(), width, 1));
    const GcnNorm norm(block);
    Tensor y(block.num_outputs(), width);
    run_rounds(state, {"limit", [&] { gather_limit(block.graph(), x.value()); }},
               {{"mean", [&] { (void)aggregate_mean(block, x); }},
                {"gcn", [&] { (void)aggregate_gcn(norm, x); }},
                {"naive", [&] { naive_mean(block.graph(), x.value(), y); }}});
  });
}
BENCHMARK(aggregation)
    ->ArgNames({"width", "threads"})
    ->ArgsProduct({{64, 128, 256}, {1, 2}})
    ->Iterations(15)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::bench
