// The backward sweeps over edges that attentions share whose scores are made of gathered states (GATv2, dot products).
// <dy_v, y_v> = sum over u of alpha_vu <dy_v, x_u> (as Dao et al., FlashAttention, 2022, appendix B.2) makes one sweep
// by source enough to make the weights again and to know the gradient of every score.
#pragma once

#include <algorithm>
#include <cstdint>

#include "weft/core/buffer.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/layers/kernels/attention_rows.hpp"
#include "weft/layers/kernels/head_tiles.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::attention {

/// Edges whose gathered rows are read again and must stay in the L1 cache.
inline constexpr std::int64_t kPieceEdges = 64;

/// How many edges ahead the sweep by source prefetches rows: an edge takes several of them, and they miss.
/// Measured on GAT: 16 is about 5% slower, 8 about 20%.
inline constexpr EdgeId kBackwardPrefetch = 2 * kernels::kPrefetch;

/// Edges of a task that gathers rows of `columns` floats.
inline std::int64_t edges_per_task(std::int64_t columns) {
  constexpr std::int64_t kFloatsPerTask = 1 << 18;
  return std::max<std::int64_t>(512, kFloatsPerTask / std::max<std::int64_t>(1, columns));
}

/// Numbers by (edge of a piece, head) in a sweep by source.
struct SweepScratch {
  explicit SweepScratch(std::int64_t padded)
      : size(kPieceEdges * padded + 16), numbers(static_cast<std::size_t>(5 * size), 0.0F) {}
  std::int64_t size;
  Buffer<float> numbers;
  float *score = numbers.data(), *log_sum = score + size, *output = log_sum + size, *weight = output + size,
        *factor = weight + size;
};

/// From an edge's numbers.
inline void subtract(float amount, std::int64_t padded, float* numbers) {
  for (std::int64_t h = 0; h < padded; ++h) {
    numbers[h] -= amount;
  }
}

/// The logarithm of the softmax sum and <dy_v, y_v> of every destination, each a number a head: [n, 2 heads].
[[nodiscard]] Tensor destination_records(const Tensor& log_sum, const Tensor& y, const Tensor& dy);

/// Borders of at most 64 groups of rows that hold about as many rows and edges each; a function of the graph alone.
[[nodiscard]] std::vector<std::int64_t> row_groups(const CsrGraph& graph);

/// Calls body(v, sum, scratch) once for every row; `sum` [width] is one of at most 64 partial sums, which are added up
/// in order, and each has a scratch of its own. -> [1, width]
template <class MakeScratch, class Body>
[[nodiscard]] Tensor sum_over_rows(const CsrGraph& graph, std::int64_t width, MakeScratch make_scratch, Body body) {
  const std::vector<std::int64_t> groups = row_groups(graph);
  Tensor partial(static_cast<std::int64_t>(groups.size()) - 1, width);
  parallel_for(partial.rows(), 1, [&](std::int64_t group, std::int64_t) {
    auto scratch = make_scratch();
    for (std::int64_t v = groups[static_cast<std::size_t>(group)]; v < groups[static_cast<std::size_t>(group) + 1];
         ++v) {
      body(v, partial.row(group).data(), scratch);
    }
  });
  Tensor sum(1, width);
  for (std::int64_t group = 0; group < partial.rows(); ++group) {
    for (std::int64_t j = 0; j < width; ++j) {
      sum(0, j) += partial(group, j);
    }
  }
  return sum;
}

/// The sweep by source. It sums the gradient of `states` that comes by the weighted means, keeps the gradient of every
/// score, and lets `scores` add what flows through the scores to the gradient of what source u gave to them:
///   scores.write_by_source(u, begin, end, padded, out)   raw numbers of the edges begin .. end of u, in reversed order
///   scores.logit(raw), scores.chain(raw, change)         the score, and `change` of the score as one of the raw number
///   scores.add_by_source(u, run, change, padded, scratch)   scratch: of a task, made by scores.make_scratch(padded)
template <int kHeads, class Scores>
struct SweepBySource {
  HeadLanes<kHeads> lanes;
  const ReversedGraph& reversed;
  Scores scores;
  const float* states;
  std::int64_t d;
  WeightDropout dropout;
  const float* dy;
  /// destination_records
  const float* records;
  float* dstates;
  /// The gradient of every raw number, [m, heads] in the order of the edges by destination.
  float* dscore;
  /// log_weights of the block.
  const float* log_weight;

  void read_destinations(std::int64_t u, EdgeId begin, EdgeId end, SweepScratch& s) const {
    const auto readers = reversed.graph.sources();
    const std::int64_t heads = lanes.heads(), columns = heads * d;
    if (dropout.is_active()) {
      dropout.write_factors(static_cast<NodeId>(u),
                            readers.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                            true, heads, lanes.padded(), s.factor);
    }
    scores.write_by_source(u, begin, end, lanes.padded(), s.score);
    for (EdgeId e = begin; e < end; ++e) {
      const EdgeId ahead = std::min(e + kBackwardPrefetch, reversed.graph.num_edges() - 1);
      const std::int64_t next = readers[static_cast<std::size_t>(ahead)], v = readers[static_cast<std::size_t>(e)];
      kernels::prefetch_row(dy + next * columns, columns);
      kernels::prefetch_row(records + next * 2 * heads, 2 * heads);
      __builtin_prefetch(dscore + reversed.edge[static_cast<std::size_t>(ahead)] * heads, 1);
      const std::int64_t place = (e - begin) * lanes.padded();
      dot_heads(dy + v * columns, states + u * columns, heads, d, s.weight + place);
      lanes.copy(records + v * 2 * heads, s.log_sum + place);
      if (log_weight != nullptr) {
        subtract(log_weight[reversed.edge[static_cast<std::size_t>(e)]], lanes.padded(), s.log_sum + place);
      }
      lanes.copy(records + v * 2 * heads + heads, s.output + place);
    }
    // Behind the piece exp gives 0, so those lanes add nothing.
    lanes.fill_up(s.score, end - begin, 0.0F);
    lanes.fill_up(s.log_sum, end - begin, kInfinity);
    lanes.fill_up(s.output, end - begin, 0.0F);
    lanes.fill_up(s.weight, end - begin, 0.0F);
  }

  /// Turns the piece's numbers into weights of dy (s.weight) and gradients of raw numbers (s.score):
  /// change of a score = alpha (factor <dy_v, x_u> - <dy_v, y_v>).
  void differentiate(EdgeId begin, EdgeId end, SweepScratch& s) const {
    for (std::int64_t i = 0; i < 8 * lanes.vectors(end - begin); i += 8) {
      const Float8 raw = simd::load(s.score + i);
      const Float8 alpha = simd::exp(scores.logit(raw) - simd::load(s.log_sum + i));
      const Float8 factor = dropout.is_active() ? simd::load(s.factor + i) : simd::broadcast(1.0F);
      const Float8 change = alpha * (factor * simd::load(s.weight + i) - simd::load(s.output + i));
      simd::store(s.score + i, scores.chain(raw, change));
      simd::store(s.weight + i, alpha * factor);
    }
    const std::int64_t heads = lanes.heads(), padded = lanes.padded();
    for (EdgeId e = begin; e < end; ++e) {
      std::copy_n(s.score + (e - begin) * padded, heads, dscore + reversed.edge[static_cast<std::size_t>(e)] * heads);
    }
  }

  void operator()(std::int64_t begin, std::int64_t end) const {
    const auto offsets = reversed.graph.offsets();
    const std::int64_t heads = lanes.heads();
    SweepScratch scratch(lanes.padded());
    auto own_scratch = scores.make_scratch(lanes.padded());
    for (std::int64_t u = begin; u < end; ++u) {
      const EdgeId first = offsets[static_cast<std::size_t>(u)], last = offsets[static_cast<std::size_t>(u) + 1];
      float* row = dstates + u * heads * d;
      if (first == last) {
        std::fill_n(row, heads * d, 0.0F);
      }
      for (EdgeId e = first; e < last; e += kPieceEdges) {
        const EdgeId piece_end = std::min(last, e + kPieceEdges);
        read_destinations(u, e, piece_end, scratch);
        differentiate(e, piece_end, scratch);
        const kernels::EdgeRun run{reversed.graph.sources().data(), e, piece_end, e};
        gather_states(run, scratch.weight, lanes.padded(), heads, d, dy, e > first, row);
        scores.add_by_source(u, run, scratch.score, lanes.padded(), own_scratch);
      }
    }
  }
};

}  // namespace weft::attention
