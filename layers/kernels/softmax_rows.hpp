// Forward passes of edge attention: y_v = the mean of its sources' rows of `states` [*, heads * d], weighted by the
// softmax of their scores. scores.write_by_destination(v, begin, end, padded, out) gives the scores of the edges
// begin .. end of row v. Online softmax over pieces of a row: Milakov and Gimelshein 2018.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/layers/kernels/attention_rows.hpp"
#include "weft/layers/kernels/edge_sweeps.hpp"
#include "weft/layers/kernels/head_tiles.hpp"

namespace weft::attention {

/// Adds to each of an edge's numbers the logarithm of its weight; nothing where there are none (null).
inline void add_log_weights(const float* log_weight, EdgeId begin, EdgeId end, std::int64_t padded, float* scores) {
  if (log_weight == nullptr) {
    return;
  }
  for (EdgeId e = begin; e < end; ++e) {
    for (std::int64_t h = 0; h < padded; ++h) {
      scores[(e - begin) * padded + h] += log_weight[e];
    }
  }
}

/// Pieces of 64 edges of a row, which scores are made of and which are then read again from the L1 cache: for scores
/// made of the states themselves.
template <int kHeads, class Scores>
struct SoftmaxByPieces {
  HeadLanes<kHeads> lanes;
  const CsrGraph& graph;
  Scores scores;
  const float* states;
  std::int64_t d;
  WeightDropout dropout;
  float *y, *log_sum;
  /// log_weights of the block.
  const float* log_weight;

  void drop(std::int64_t v, EdgeId begin, EdgeId end, float* weights) const {
    const auto sources =
        graph.sources().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    drop_weights(dropout, static_cast<NodeId>(v), sources, lanes.heads(), lanes.padded(), weights);
  }

  void sum_row(std::int64_t v, EdgeId begin, EdgeId end, float* weights) const {
    float* row = y + v * lanes.heads() * d;
    RowSoftmax softmax;
    softmax.start(lanes);
    for (EdgeId e = begin; e < end; e += kPieceEdges) {
      const EdgeId piece_end = std::min(end, e + kPieceEdges);
      scores.write_by_destination(v, e, piece_end, lanes.padded(), weights);
      add_log_weights(log_weight, e, piece_end, lanes.padded(), weights);
      lanes.fill_up(weights, piece_end - e, -kInfinity);
      softmax.take(lanes, weights, piece_end - e);
      if (dropout.is_active()) {
        drop(v, e, piece_end, weights);
      }
      if (e > begin) {
        RowSoftmax::scale_row(softmax.shrink, lanes.heads(), d, row);
      }
      // The rows were just read: nothing to prefetch.
      const kernels::EdgeRun run{graph.sources().data(), e, piece_end, e};
      gather_states(run, weights, lanes.padded(), lanes.heads(), d, states, e > begin, row);
    }
    softmax.divide_row(lanes, d, row);
    softmax.write_log_sum(lanes.heads(), log_sum + v * lanes.heads());
  }

  void operator()(std::int64_t begin, std::int64_t end) const {
    const auto offsets = graph.offsets();
    Buffer<float> weights(static_cast<std::size_t>(kPieceEdges * lanes.padded() + 16), 0.0F);
    for (std::int64_t v = begin; v < end; ++v) {
      const EdgeId first = offsets[static_cast<std::size_t>(v)], last = offsets[static_cast<std::size_t>(v) + 1];
      if (first < last) {
        sum_row(v, first, last, weights.data());
      } else {
        std::fill_n(y + v * lanes.heads() * d, lanes.heads() * d, 0.0F);
        std::fill_n(log_sum + v * lanes.heads(), lanes.heads(), 0.0F);
      }
    }
  }
};

/// Rows of up to 2048 edges together: all scores, all weights, all sums, so that weights lie in the L2 cache only and
/// every loop runs on over many rows. For scores that are made of other numbers than the states.
/// scores.try_rows(begin, end, weights) may do a batch in a way of its own and return true.
template <int kHeads, class Scores>
struct SoftmaxByBatches {
  static constexpr std::int64_t kBatchEdges = 2048;

  HeadLanes<kHeads> lanes;
  const CsrGraph& graph;
  Scores scores;
  const float* states;
  std::int64_t d;
  WeightDropout dropout;
  float *y, *log_sum;
  /// log_weights of the block.
  const float* log_weight;

  void write_scores(std::int64_t v, EdgeId begin, EdgeId end, float* out) const {
    scores.write_by_destination(v, begin, end, lanes.padded(), out);
    add_log_weights(log_weight, begin, end, lanes.padded(), out);
    lanes.fill_up(out, end - begin, -kInfinity);
  }

  void drop(std::int64_t v, EdgeId begin, EdgeId end, float* weights) const {
    const auto sources =
        graph.sources().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    drop_weights(dropout, static_cast<NodeId>(v), sources, lanes.heads(), lanes.padded(), weights);
  }

  void gather(std::int64_t v, EdgeId begin, EdgeId end, const float* weights, bool accumulate) const {
    const kernels::EdgeRun run{graph.sources().data(), begin, end, graph.num_edges()};
    gather_states(run, weights, lanes.padded(), lanes.heads(), d, states, accumulate, y + v * lanes.heads() * d);
  }

  /// A row of more edges than are held at once: pieces, each of which shrinks the sum of those before.
  void long_row(std::int64_t v, EdgeId begin, EdgeId end, float* weights) const {
    float* row = y + v * lanes.heads() * d;
    RowSoftmax softmax;
    softmax.start(lanes);
    for (EdgeId e = begin; e < end; e += kBatchEdges) {
      const EdgeId piece_end = std::min(end, e + kBatchEdges);
      write_scores(v, e, piece_end, weights);
      softmax.take(lanes, weights, piece_end - e);
      if (dropout.is_active()) {
        drop(v, e, piece_end, weights);
      }
      if (e > begin) {
        RowSoftmax::scale_row(softmax.shrink, lanes.heads(), d, row);
      }
      gather(v, e, piece_end, weights, e > begin);
    }
    softmax.divide_row(lanes, d, row);
    softmax.write_log_sum(lanes.heads(), log_sum + v * lanes.heads());
  }

  /// Rows [begin, end) hold at most kBatchEdges edges together: all weights, then all sums.
  void short_rows(std::int64_t begin, std::int64_t end, float* weights, std::int64_t* starts) const {
    const auto offsets = graph.offsets();
    std::int64_t place = 0;
    for (std::int64_t v = begin; v < end; ++v) {
      const EdgeId first = offsets[static_cast<std::size_t>(v)], last = offsets[static_cast<std::size_t>(v) + 1];
      starts[v - begin] = place;
      if (first < last) {
        write_scores(v, first, last, weights + place);
        RowSoftmax softmax;
        softmax.start(lanes);
        softmax.take(lanes, weights + place, last - first);
        softmax.normalize(lanes, weights + place, last - first);
        softmax.write_log_sum(lanes.heads(), log_sum + v * lanes.heads());
        if (dropout.is_active()) {
          drop(v, first, last, weights + place);
        }
      } else {
        std::fill_n(log_sum + v * lanes.heads(), lanes.heads(), 0.0F);
      }
      place += 8 * lanes.vectors(last - first);
    }
    for (std::int64_t v = begin; v < end; ++v) {
      gather(v, offsets[static_cast<std::size_t>(v)], offsets[static_cast<std::size_t>(v) + 1],
             weights + starts[v - begin], false);
    }
  }

  void operator()(std::int64_t begin, std::int64_t end) const {
    const auto offsets = graph.offsets();
    Buffer<float> weights(static_cast<std::size_t>(kBatchEdges * (lanes.padded() + 8) + 16), 0.0F);
    std::vector<std::int64_t> starts(static_cast<std::size_t>(kBatchEdges));
    while (begin < end) {
      const EdgeId first = offsets[static_cast<std::size_t>(begin)];
      std::int64_t batch_end = begin;
      while (batch_end < end && batch_end - begin < kBatchEdges &&
             offsets[static_cast<std::size_t>(batch_end) + 1] - first <= kBatchEdges) {
        ++batch_end;
      }
      if (batch_end == begin) {
        long_row(begin, first, offsets[static_cast<std::size_t>(begin) + 1], weights.data());
        ++begin;
      } else {
        if (!scores.try_rows(begin, batch_end, weights.data())) {
          short_rows(begin, batch_end, weights.data(), starts.data());
        }
        begin = batch_end;
      }
    }
  }
};

}  // namespace weft::attention
