// gather_sum. Cost: m * width multiply-adds; its limit is how fast memory delivers the gathered rows. Rows
// are shared out by edges, and a row is summed by one thread in the order of its edges, so the result is
// the same for every number of threads.
#include "weft/tensor/sparse_kernels.hpp"

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/tensor/row_gather.hpp"

namespace weft::kernels {
namespace {

using simd::Float16;
using simd::Float8;

/// Floats gathered by one task: tens of microseconds of work.
constexpr std::int64_t kFloatsPerTask = 1 << 18;

/// The weight of an edge: which of its two factors are there is known at compile time.
template <bool kHasEdgeWeight, bool kHasColumnScale>
struct EdgeScale {
  const GatherSum& rows;

  [[gnu::always_inline]] void prefetch(EdgeId e) const {
    if constexpr (kHasColumnScale) {
      __builtin_prefetch(rows.column_scale + rows.columns[static_cast<std::size_t>(e)]);
    }
  }

  [[gnu::always_inline]] float operator()(EdgeId e) const {
    if constexpr (kHasEdgeWeight && kHasColumnScale) {
      return rows.edge_weight[e] * rows.column_scale[rows.columns[static_cast<std::size_t>(e)]];
    } else if constexpr (kHasEdgeWeight) {
      return rows.edge_weight[e];
    } else if constexpr (kHasColumnScale) {
      return rows.column_scale[rows.columns[static_cast<std::size_t>(e)]];
    } else {
      return 1.0F;
    }
  }
};

struct Job {
  const GatherSum& rows;
  const float* x;
  std::int64_t width;
  float* y;
  bool accumulate;
};

template <int kVectors, class Scale>
[[gnu::always_inline]] inline void sum_tile(const Job& job, Scale scale, std::int64_t v, EdgeId stop,
                                            std::int64_t first, std::int64_t width) {
  const GatherSum& rows = job.rows;
  const auto row = static_cast<std::size_t>(v);
  Float8 sum[kVectors] = {};
  if (rows.self_weight != nullptr) {
    load_tile<kVectors>(job.x + v * job.width + first, width, sum);
    for (int j = 0; j < kVectors; ++j) {
      sum[j] *= rows.self_weight[v];
    }
  }
  gather_tile<kVectors>(
      EdgeRun{rows.columns.data(), rows.offsets[row], rows.offsets[row + 1], stop}, job.x + first, job.width,
      width, [&](EdgeId e, int j, Float8 values) __attribute__((always_inline)) { sum[j] += scale(e) * values; });
  const float row_scale = rows.row_scale != nullptr ? rows.row_scale[v] : 1.0F;
  for (int j = 0; j < kVectors; ++j) {
    sum[j] *= row_scale;
  }
  float* out = job.y + v * job.width + first;
  job.accumulate ? add_tile<kVectors>(out, width, sum) : store_tile<kVectors>(out, width, sum);
}

/// As sum_tile, for 16 kVectors columns.
template <int kVectors, class Scale>
[[gnu::always_inline]] inline void sum_whole_tile(const Job& job, Scale scale, std::int64_t v, EdgeId stop,
                                                  std::int64_t first) {
  const GatherSum& rows = job.rows;
  const auto row = static_cast<std::size_t>(v);
  Float16 sum[kVectors] = {};
  if (rows.self_weight != nullptr) {
    for (int j = 0; j < kVectors; ++j) {
      sum[j] = rows.self_weight[v] * simd::load16(job.x + v * job.width + first + 16 * j);
    }
  }
  gather_whole_tile<kVectors>(
      EdgeRun{rows.columns.data(), rows.offsets[row], rows.offsets[row + 1], stop}, job.x + first,
      job.width, [&](EdgeId e, int j, Float16 values) __attribute__((always_inline)) { sum[j] += scale(e) * values; },
      [&](EdgeId e) __attribute__((always_inline)) { scale.prefetch(e); });
  const float row_scale = rows.row_scale != nullptr ? rows.row_scale[v] : 1.0F;
  float* out = job.y + v * job.width + first;
  for (int j = 0; j < kVectors; ++j) {
    const Float16 scaled = row_scale * sum[j];
    simd::store(out + 16 * j, job.accumulate ? simd::load16(out + 16 * j) + scaled : scaled);
  }
}

/// Rows of fewer than 8 columns.
template <int kWidth, class Scale>
void sum_narrow_rows(const Job& job, Scale scale, std::int64_t begin, std::int64_t end) {
  const GatherSum& rows = job.rows;
  const auto stop = static_cast<EdgeId>(rows.columns.size());
  for (std::int64_t v = begin; v < end; ++v) {
    const auto row = static_cast<std::size_t>(v);
    float sum[kWidth] = {};
    for (int j = 0; rows.self_weight != nullptr && j < kWidth; ++j) {
      sum[j] = rows.self_weight[v] * job.x[v * kWidth + j];
    }
    for (EdgeId e = rows.offsets[row]; e < rows.offsets[row + 1]; ++e) {
      const EdgeId ahead = std::min(e + 2 * kPrefetch, stop - 1);
      __builtin_prefetch(job.x + static_cast<std::int64_t>(rows.columns[static_cast<std::size_t>(ahead)]) * kWidth);
      const float* source = job.x + static_cast<std::int64_t>(rows.columns[static_cast<std::size_t>(e)]) * kWidth;
      const float weight = scale(e);
      for (int j = 0; j < kWidth; ++j) {
        sum[j] += weight * source[j];
      }
    }
    const float row_scale = rows.row_scale != nullptr ? rows.row_scale[v] : 1.0F;
    for (int j = 0; j < kWidth; ++j) {
      float& out = job.y[v * kWidth + j];
      out = row_scale * sum[j] + (job.accumulate ? out : 0.0F);
    }
  }
}

template <class Scale>
void sum_wide_rows(const Job& job, Scale scale, std::int64_t begin, std::int64_t end) {
  const auto stop = static_cast<EdgeId>(job.rows.columns.size());
  for (std::int64_t v = begin; v < end; ++v) {
    for (std::int64_t first = 0; first < job.width;) {
      const std::int64_t width = tile_width(job.width - first);
      with_vectors((width + 7) / 8, [&](auto vectors) __attribute__((always_inline)) {
        sum_tile<decltype(vectors)::value>(job, scale, v, stop, first, width);
      });
      first += width;
    }
  }
}

template <class Scale>
void sum_whole_rows(const Job& job, Scale scale, std::int64_t begin, std::int64_t end) {
  const auto stop = static_cast<EdgeId>(job.rows.columns.size());
  for (std::int64_t v = begin; v < end; ++v) {
    for_each_whole_tile(
        job.width, [&](auto vectors, std::int64_t first) __attribute__((always_inline)) {
          sum_whole_tile<decltype(vectors)::value>(job, scale, v, stop, first);
        });
  }
}

template <class Scale>
void sum_rows(const Job& job, Scale scale, std::int64_t begin, std::int64_t end) {
  switch (job.width) {
    case 1:
      return sum_narrow_rows<1>(job, scale, begin, end);
    case 2:
      return sum_narrow_rows<2>(job, scale, begin, end);
    case 3:
      return sum_narrow_rows<3>(job, scale, begin, end);
    case 4:
      return sum_narrow_rows<4>(job, scale, begin, end);
    case 5:
      return sum_narrow_rows<5>(job, scale, begin, end);
    case 6:
      return sum_narrow_rows<6>(job, scale, begin, end);
    case 7:
      return sum_narrow_rows<7>(job, scale, begin, end);
    default:
      return job.width % 16 == 0 ? sum_whole_rows(job, scale, begin, end) : sum_wide_rows(job, scale, begin, end);
  }
}

}  // namespace

void gather_sum(const GatherSum& rows, const float* x, std::int64_t width, float* y, bool accumulate) {
  require(width >= 0, "gather_sum: width is ", width, ", expected at least 0");
  if (width == 0) {
    return;
  }
  const Job job{rows, x, width, y, accumulate};
  const std::int64_t edges_per_task = std::max<std::int64_t>(256, kFloatsPerTask / width);
  const auto run = [&](auto scale) {
    parallel_rows(rows.offsets, edges_per_task,
                  [&](std::int64_t begin, std::int64_t end) { sum_rows(job, scale, begin, end); });
  };
  if (rows.edge_weight != nullptr) {
    rows.column_scale != nullptr ? run(EdgeScale<true, true>{rows}) : run(EdgeScale<true, false>{rows});
  } else {
    rows.column_scale != nullptr ? run(EdgeScale<false, true>{rows}) : run(EdgeScale<false, false>{rows});
  }
}

}  // namespace weft::kernels
