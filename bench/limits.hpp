// What the machine can do at most, measured in the process that is compared with it: multiply-adds out of registers,
// and gathering rows along a graph's own edges without writing anything.
#pragma once

#include <cstdint>

#include "weft/core/parallel.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::bench {

#if defined(__AVX512F__)
inline constexpr std::int64_t kMachineLanes = 16;
#elif defined(__AVX__)
inline constexpr std::int64_t kMachineLanes = 8;
#else
inline constexpr std::int64_t kMachineLanes = 4;
#endif

/// Does at least `flops` floating point operations on vectors of kLanes in registers on all threads; returns how many.
template <std::int64_t kLanes = kMachineLanes>
double multiply_add(double flops) {
  using Vector = float __attribute__((vector_size(4 * kLanes)));
  // In flight: latency times throughput of the widest machines, and no more than there are registers.
  constexpr int kChains = kMachineLanes == 16 ? 20 : 10;
  constexpr std::int64_t kTasks = 64;
  const auto steps = static_cast<std::int64_t>(flops / (2.0 * kLanes * kChains * kTasks)) + 1;
  parallel_for(kTasks, 1, [&](std::int64_t, std::int64_t) {
    Vector factor = Vector{} + 0.999F, term = Vector{} + 0.001F;
    asm volatile("" : "+x"(factor), "+x"(term));
    // Chains of unequal values: of equal ones the compiler would do one for all.
    Vector sum[kChains];
#pragma GCC unroll 20
    for (int i = 0; i < kChains; ++i) {
      sum[i] = term * static_cast<float>(i + 1);
    }
    for (std::int64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 20
      for (int i = 0; i < kChains; ++i) {
        sum[i] = sum[i] * factor + term;
      }
    }
#pragma GCC unroll 20
    for (int i = 0; i < kChains; ++i) {
      asm volatile("" : : "x"(sum[i]));
    }
  });
  return 2.0 * kLanes * kChains * kTasks * static_cast<double>(steps);
}

/// out = a + b + c: three matrices read and one written, nothing else.
inline void stream_three(const Tensor& a, const Tensor& b, const Tensor& c, Tensor& out) {
  parallel_for(out.size(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      out.data()[i] = a.data()[i] + b.data()[i] + c.data()[i];
    }
  });
}

/// Adds up the rows of x [*, kWidth] that the graph's edges name, each task its own share of edges, in registers;
/// rows are prefetched `kAhead` edges ahead.
template <std::int64_t kWidth>
void gather_into_registers(const CsrGraph& graph, const float* x) {
  using Vector = float __attribute__((vector_size(4 * kMachineLanes)));
  constexpr EdgeId kAhead = 16, kEdgesPerTask = 4096;
  constexpr std::int64_t kVectors = kWidth / kMachineLanes;
  // Wider rows are added up in pieces that leave the sums in registers.
  constexpr std::int64_t kPiece = kVectors < 8 ? kVectors : 8;
  const auto sources = graph.sources();
  parallel_for(graph.num_edges(), kEdgesPerTask, [&](EdgeId begin, EdgeId end) {
    Vector sum[kPiece] = {};
    for (EdgeId e = begin; e < end; ++e) {
      const auto next = static_cast<std::size_t>(std::min(e + kAhead, graph.num_edges() - 1));
      const float* ahead = x + static_cast<std::int64_t>(sources[next]) * kWidth;
      const float* row = x + static_cast<std::int64_t>(sources[static_cast<std::size_t>(e)]) * kWidth;
      for (std::int64_t i = 0; i < kWidth; i += 16) {
        __builtin_prefetch(ahead + i);
      }
      for (std::int64_t piece = 0; piece < kVectors; piece += kPiece) {
        for (std::int64_t j = 0; j < kPiece; ++j) {
          Vector values;
          __builtin_memcpy(&values, row + kMachineLanes * (piece + j), sizeof(values));
          sum[j] += values;
        }
      }
    }
    for (std::int64_t j = 0; j < kPiece; ++j) {
      asm volatile("" : : "x"(sum[j]));
    }
  });
}

inline void gather_limit(const CsrGraph& graph, const Tensor& x) {
  switch (x.cols()) {
    case 64:
      return gather_into_registers<64>(graph, x.data());
    case 128:
      return gather_into_registers<128>(graph, x.data());
    case 256:
      return gather_into_registers<256>(graph, x.data());
    default:
      throw ArgumentError(concat("gather_limit: width is ", x.cols(), ", expected 64, 128 or 256"));
  }
}

}  // namespace weft::bench
