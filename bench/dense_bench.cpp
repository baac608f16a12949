// Products of dense matrices at the shapes of graph networks: the library's panels against the peak of multiply-adds,
// and against one call of oneDNN's dnnl_sgemm with as many OpenMP threads. Counters are explained in bench/rounds.hpp;
// fraction is the part of the peak that weft reaches, plain_over_weft the speed-up over the one call.
#include <dnnl.h>

#include "bench/inputs.hpp"
#include "bench/limits.hpp"
#include "bench/rounds.hpp"
#include "weft/tensor/dense_kernels.hpp"

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
extern "C" void omp_set_num_threads(int);
#endif

namespace weft::bench {
namespace {

void set_plain_threads([[maybe_unused]] std::int64_t threads) {
#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
  omp_set_num_threads(static_cast<int>(threads));
#endif
}

/// Repeats `work` of `flops` until a turn takes milliseconds, beside a calibration of the same size.
void measure(benchmark::State& state, double flops, const std::function<void()>& weft_product,
             const std::function<void()>& plain_product) {
  const auto repeats = static_cast<std::int64_t>(2e9 / flops) + 1;
  const auto repeated = [repeats](const std::function<void()>& work) {
    return [repeats, work] {
      for (std::int64_t i = 0; i < repeats; ++i) {
        work();
      }
    };
  };
  const double all = flops * static_cast<double>(repeats);
  const double ratio = all / multiply_add(all);
  run_rounds(state, {"peak", [&] { (void)multiply_add(all); }},
             {{"weft", repeated(weft_product), ratio}, {"plain", repeated(plain_product), ratio}});
  state.counters["fraction"] = 1.0 / state.counters["weft_x"];
  state.counters["plain_over_weft"] = state.counters["plain_x"] / state.counters["weft_x"];
}

/// Arguments: m, k, n, whether B is stored transposed, threads. C [m, n] = A B.
void product(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(4)), [&] {
    const std::int64_t m = state.range(0), k = state.range(1), n = state.range(2);
    const bool transposed = state.range(3) != 0;
    const Tensor a = random_matrix(m, k, 1), b = transposed ? random_matrix(n, k, 2) : random_matrix(k, n, 2);
    Tensor c(m, n), other(m, n);
    set_plain_threads(state.range(4));
    measure(
        state, 2.0 * static_cast<double>(m * k) * static_cast<double>(n),
        [&] {
          kernels::gemm(m, n, k, {a.data(), k}, {b.data(), b.cols()}, transposed, {c.data(), n});
        },
        [&] {
          dnnl_sgemm('N', transposed ? 'T' : 'N', m, n, k, 1.0F, a.data(), k, b.data(), b.cols(), 0.0F, other.data(),
                     n);
        });
  });
}
BENCHMARK(product)
    ->ArgNames({"m", "k", "n", "transposed", "threads"})
    ->ArgsProduct({{170'000}, {128}, {256}, {0}, {1, 2}})
    ->ArgsProduct({{170'000}, {256}, {128}, {1}, {1, 2}})
    ->ArgsProduct({{170'000}, {64}, {64}, {0}, {1, 2}})
    ->ArgsProduct({{170'000}, {256}, {47}, {0}, {1, 2}})
    ->ArgsProduct({{2708}, {1433}, {64}, {0}, {1, 2}})
    ->ArgsProduct({{2708}, {64}, {64}, {0}, {1, 2}})
    ->ArgsProduct({{512}, {64}, {64}, {0}, {1, 2}})
    ->Iterations(11)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// Arguments: rows, i, j, threads. The gradient of a weight, dW [i, j] = Xᵀ G.
void weight_gradient(benchmark::State& state) {
  with_threads(static_cast<int>(state.range(3)), [&] {
    const std::int64_t rows = state.range(0), i = state.range(1), j = state.range(2);
    const Tensor x = random_matrix(rows, i, 1), g = random_matrix(rows, j, 2);
    Tensor dw(i, j), other(i, j);
    set_plain_threads(state.range(3));
    measure(
        state, 2.0 * static_cast<double>(rows * i) * static_cast<double>(j),
        [&] {
          kernels::gemm_transposed_a(i, j, rows, {x.data(), i}, {g.data(), j}, {dw.data(), j});
        },
        [&] { dnnl_sgemm('T', 'N', i, j, rows, 1.0F, x.data(), i, g.data(), j, 0.0F, other.data(), j); });
  });
}
BENCHMARK(weight_gradient)
    ->ArgNames({"rows", "i", "j", "threads"})
    ->ArgsProduct({{170'000}, {256}, {256}, {1, 2}})
    ->ArgsProduct({{170'000}, {128}, {256}, {1, 2}})
    ->ArgsProduct({{170'000}, {64}, {64}, {1, 2}})
    ->ArgsProduct({{2708}, {1433}, {64}, {1, 2}})
    ->ArgsProduct({{8192}, {128}, {256}, {1, 2}})
    ->ArgsProduct({{8192}, {64}, {64}, {1, 2}})
    ->Iterations(11)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::bench
