// GAT, fused. Forward: the rows of up to 2048 edges at a time go through scores -> exp -> weighted gather -> division
// by the sum, so weights live in the L2 cache only; scores that are large, heads of other widths and dropout take a
// shifted softmax first. Backward: <dy_v, y_v> = sum over u of alpha_vu <dy_v, h_u> (as Dao et al.,
// FlashAttention, 2022, appendix B.2) makes one sweep over the edges by source enough: it gathers dy_v and a record
// of v's scores, makes alpha again, and sums dh_u and dright_u; a pass by destination then sums dleft.
// Cost: forward m d + O(m heads), backward 2 m d + O(m heads) multiply-adds; scratch of m heads in backward.
#include <bit>
#include <cstring>

#include "weft/layers/kernels/block_weights.hpp"
#include "weft/layers/kernels/edge_attention.hpp"
#include "weft/layers/kernels/edge_sweeps.hpp"
#include "weft/layers/kernels/softmax_rows.hpp"

namespace weft {
namespace {

using attention::HeadLanes;
using attention::kBackwardPrefetch;
using attention::kInfinity;
using attention::kPieceEdges;
using attention::SweepScratch;
using attention::WeightDropout;
using kernels::EdgeRun;
using kernels::kPrefetch;
using simd::Float16;
using simd::Float8;

/// Scores up to this size need no shift: e^40 = 2e17, so that sums and products with states stay far from the limits.
constexpr float kLargestScore = 40.0F;

/// Scores and the batches that need no shift, as SoftmaxByBatches asks for them.
template <int kHeads>
struct GatScores {
  HeadLanes<kHeads> lanes;
  std::int64_t d;
  const CsrGraph& graph;
  const float *h, *left, *right;
  float slope;
  bool drops;
  float *y, *log_sum;
  BlockWeights edge_weights;

  /// Edges [begin, end) of row v: LeakyReLU(left_v + right_u).
  void write_by_destination(std::int64_t v, EdgeId begin, EdgeId end, std::int64_t padded, float* scores) const {
    const auto sources = graph.sources();
    const EdgeId stop = graph.num_edges() - 1;
    const std::int64_t heads = lanes.heads(), period = lanes.period();
    for (EdgeId e = begin; e < end; ++e) {
      __builtin_prefetch(right + sources[static_cast<std::size_t>(std::min(e + 2 * kPrefetch, stop))] * heads);
      if constexpr (kHeads == 0) {
        lanes.copy(right + sources[static_cast<std::size_t>(e)] * heads, scores + (e - begin) * padded);
      }
    }
    const Float8 slopes = simd::broadcast(slope);
    for (std::int64_t p = 0; p < period; ++p) {
      const Float8 own = lanes.pattern(left + v * heads, p);
      for (std::int64_t i = p; i < lanes.vectors(end - begin); i += period) {
        Float8 other;
        if constexpr (kHeads == 0) {
          other = simd::load(scores + 8 * i);
        } else {
          other = lanes.gather(right, sources.data() + begin, end - begin, i);
        }
        simd::store(scores + 8 * i, simd::leaky_relu(own + other, slopes));
      }
    }
  }

  /// The rows [begin, end) as a batch of SoftmaxByBatches, if no score of theirs is so large that its power needs a
  /// shift: then neither the largest score nor the row's sum is needed before the gather. Returns false, having changed
  /// what is overwritten later, if one is.
  bool plain_rows(std::int64_t begin, std::int64_t end, float* weights) const {
    const auto offsets = graph.offsets();
    const NodeId* sources = graph.sources().data();
    const float *const lefts = left, *const rights = right;
    float* place = weights;
    for (std::int64_t v = begin; v < end; ++v) {
      const auto own = lanes.numbers(lefts + v * kHeads);
      const EdgeId last = offsets[static_cast<std::size_t>(v) + 1];
      for (EdgeId e = offsets[static_cast<std::size_t>(v)]; e < last; ++e, place += kHeads) {
        const auto score = own + lanes.numbers(rights + std::int64_t{sources[e]} * kHeads);
        std::memcpy(place, &score, sizeof(score));
      }
    }
    simd::store(place, Float16{});
    Float16 largest{};
    for (float* scores = weights; scores < place; scores += 16) {
      const Float16 score = simd::leaky_relu(simd::load16(scores), slope);
      const Float16 size = score > 0.0F ? score : -score;
      largest = size > largest ? size : largest;
      simd::store(scores, simd::exp(score));
    }
    for (int i = 0; i < 16; ++i) {
      if (largest[i] > kLargestScore) {
        return false;
      }
    }
    if (!edge_weights.are_ones()) {
      weigh_rows(begin, end, weights);
    }
    attention::gather_weighted_means(offsets, sources, begin, end, weights, kHeads, d, h, y, log_sum);
    std::int64_t i = begin * kHeads;
    for (; i + 8 <= end * kHeads; i += 8) {
      simd::store(log_sum + i, log_of_sum(simd::load(log_sum + i)));
    }
    if (i < end * kHeads) {
      simd::store_part(log_sum + i, end * kHeads - i, log_of_sum(simd::load_part(log_sum + i, end * kHeads - i)));
    }
    return true;
  }

  /// Multiplies the powers of scores of a batch by the weights of their edges.
  void weigh_rows(std::int64_t begin, std::int64_t end, float* powers) const {
    const auto offsets = graph.offsets();
    for (std::int64_t v = begin; v < end; ++v) {
      const EdgeId last = offsets[static_cast<std::size_t>(v) + 1];
      for (EdgeId e = offsets[static_cast<std::size_t>(v)]; e < last; ++e, powers += kHeads) {
        const auto power = edge_weights.of(v, e) * lanes.numbers(powers);
        std::memcpy(powers, &power, sizeof(power));
      }
    }
  }

  /// 0 for rows without edges.
  [[gnu::always_inline]] static Float8 log_of_sum(Float8 sum) { return sum == 0.0F ? Float8{} : simd::log(sum); }

  bool try_rows(std::int64_t begin, std::int64_t end, float* weights) const {
    if constexpr (kHeads > 0) {
      return !drops && attention::has_whole_tiles(kHeads, d) && plain_rows(begin, end, weights);
    }
    return false;
  }
};

/// Floats from one record of a destination to the next: three numbers a head, so that few records meet more cache lines
/// than they must.
std::int64_t record_stride(std::int64_t heads) {
  return heads <= 5 ? static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(3 * heads))) : 3 * heads;
}

/// What the sweep by source reads of every destination: left_v, the log of its softmax sum, and <dy_v, y_v>, each
/// a number a head; [n, record_stride].
Buffer<float> records_with_left(const Tensor& left, const Tensor& log_sum, const Tensor& y, const Tensor& dy) {
  const std::int64_t heads = left.cols(), d = y.cols() / heads;
  const std::int64_t stride = record_stride(heads);
  Buffer<float> records(static_cast<std::size_t>(left.rows() * stride));
  parallel_for(left.rows(), 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      float* record = records.data() + v * stride;
      std::copy_n(left.data() + v * heads, heads, record);
      std::copy_n(log_sum.data() + v * heads, heads, record + heads);
      attention::dot_heads(dy.data() + v * heads * d, y.data() + v * heads * d, heads, d, record + 2 * heads);
    }
  });
  return records;
}

template <int kHeads>
struct GatBackward {
  HeadLanes<kHeads> lanes;
  std::int64_t d;
  const ReversedGraph& reversed;
  const float *h, *right, *dy, *records;
  float slope;
  WeightDropout dropout;
  float *dh, *dright;
  /// The gradient of left_v + right_u, [m, heads] in the order of the edges by destination.
  float* dscore;
  const float* log_weight;

  /// left_v, log_sum_v, <dy_v, y_v> and <dy_v, h_u> for the edges [begin, end) that u is the source of.
  void read_destinations(std::int64_t u, EdgeId begin, EdgeId end, SweepScratch& s) const {
    const auto readers = reversed.graph.sources();
    const EdgeId stop = reversed.graph.num_edges() - 1;
    const std::int64_t heads = lanes.heads(), padded = lanes.padded(), columns = heads * d,
                       stride = record_stride(heads);
    for (EdgeId e = begin; e < end; ++e) {
      const EdgeId ahead = std::min(e + kBackwardPrefetch, stop);
      const std::int64_t next = readers[static_cast<std::size_t>(ahead)], v = readers[static_cast<std::size_t>(e)];
      kernels::prefetch_row(dy + next * columns, columns);
      kernels::prefetch_row(records + next * stride, 3 * heads);
      __builtin_prefetch(dscore + reversed.edge[static_cast<std::size_t>(ahead)] * heads, 1);
      const float* record = records + v * stride;
      const std::int64_t place = (e - begin) * padded;
      lanes.copy(record, s.score + place);
      lanes.copy(record + heads, s.log_sum + place);
      if (log_weight != nullptr) {
        attention::subtract(log_weight[reversed.edge[static_cast<std::size_t>(e)]], padded, s.log_sum + place);
      }
      lanes.copy(record + 2 * heads, s.output + place);
      attention::dot_heads(dy + v * columns, h + u * columns, heads, d, s.weight + place);
    }
    if (dropout.is_active()) {
      dropout.write_factors(static_cast<NodeId>(u),
                            readers.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                            true, heads, padded, s.factor);
    }
    // Behind the piece exp gives 0, so those lanes add nothing.
    lanes.fill_up(s.score, end - begin, 0.0F);
    lanes.fill_up(s.log_sum, end - begin, kInfinity);
    lanes.fill_up(s.output, end - begin, 0.0F);
    lanes.fill_up(s.weight, end - begin, 0.0F);
  }

  /// Turns the piece's numbers into the weights of dy (s.weight) and the gradients of scores (s.score), which are
  /// added to dright_u as well: dscore = alpha (factor <dy_v, h_u> - <dy_v, y_v>) LeakyReLU'.
  void differentiate(std::int64_t u, std::int64_t edges, SweepScratch& s, Float8* sum) const {
    for (std::int64_t p = 0; p < lanes.period(); ++p) {
      const Float8 own = lanes.pattern(right + u * lanes.heads(), p);
      for (std::int64_t i = 8 * p; i < 8 * lanes.vectors(edges); i += 8 * lanes.period()) {
        const Float8 score = simd::load(s.score + i) + own;
        const Float8 alpha = simd::exp(simd::leaky_relu(score, simd::broadcast(slope)) - simd::load(s.log_sum + i));
        const Float8 factor = dropout.is_active() ? simd::load(s.factor + i) : simd::broadcast(1.0F);
        const Float8 change = alpha * (factor * simd::load(s.weight + i) - simd::load(s.output + i));
        const Float8 gradient = score > 0.0F ? change : slope * change;
        simd::store(s.weight + i, alpha * factor);
        simd::store(s.score + i, gradient);
        sum[p] += gradient;
      }
    }
  }

  void operator()(std::int64_t begin, std::int64_t end) const {
    const auto offsets = reversed.graph.offsets();
    const std::int64_t heads = lanes.heads(), padded = lanes.padded();
    SweepScratch scratch(padded);
    for (std::int64_t u = begin; u < end; ++u) {
      const EdgeId first = offsets[static_cast<std::size_t>(u)], last = offsets[static_cast<std::size_t>(u) + 1];
      Float8 sum[attention::kMaxVectors] = {};
      float* row = dh + u * heads * d;
      if (first == last) {
        std::fill_n(row, heads * d, 0.0F);
      }
      for (EdgeId e = first; e < last; e += kPieceEdges) {
        const EdgeId piece_end = std::min(last, e + kPieceEdges);
        read_destinations(u, e, piece_end, scratch);
        differentiate(u, piece_end - e, scratch, sum);
        for (EdgeId i = e; i < piece_end; ++i) {
          std::copy_n(scratch.score + (i - e) * padded, heads,
                      dscore + reversed.edge[static_cast<std::size_t>(i)] * heads);
        }
        // dy was just read: nothing to prefetch.
        const EdgeRun run{reversed.graph.sources().data(), e, piece_end, e};
        attention::gather_states(run, scratch.weight, padded, heads, d, dy, e > first, row);
      }
      for (std::int64_t p = 0; p < lanes.period(); ++p) {
        sum[p] = lanes.fold(sum[p], [](Float8 a, Float8 b) { return a + b; });
      }
      for (std::int64_t i = 0; i < heads; ++i) {
        dright[u * heads + i] = sum[i / 8][i % 8];
      }
    }
  }
};

/// dleft_v = sum of the gradients of v's scores.
Tensor sum_by_destination(const CsrGraph& graph, const Buffer<float>& dscore, std::int64_t heads) {
  Tensor sums(graph.num_nodes(), heads);
  const auto offsets = graph.offsets();
  parallel_rows(offsets, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      float* row = sums.data() + v * heads;
      for (EdgeId e = offsets[static_cast<std::size_t>(v)]; e < offsets[static_cast<std::size_t>(v) + 1]; ++e) {
        for (std::int64_t i = 0; i < heads; ++i) {
          row[i] += dscore[static_cast<std::size_t>(e * heads + i)];
        }
      }
    }
  });
  return sums;
}

struct GatInputs {
  MessageBlock block;
  Variable h, left, right;
  EdgeAttentionOptions options;
};

void differentiate_gat(const GatInputs& in, const Tensor& log_sum, const Tensor& y, const Tensor& dy,
                       Gradients& gradients) {
  const std::int64_t heads = in.options.heads, d = y.cols() / heads;
  const ReversedGraph& reversed = in.block.reversed();
  const Buffer<float> records = records_with_left(in.left.value(), log_sum, y, dy);
  Tensor dh = Tensor::uninitialized(in.h.shape()), dright = Tensor::uninitialized(in.right.shape());
  Buffer<float> dscore(static_cast<std::size_t>(in.block.num_edges() * heads));
  attention::with_head_lanes(heads, [&](auto lanes) {
    const GatBackward<decltype(lanes)::kCompiled> sweep{lanes,
                                                        d,
                                                        reversed,
                                                        in.h.value().data(),
                                                        in.right.value().data(),
                                                        dy.data(),
                                                        records.data(),
                                                        in.options.negative_slope,
                                                        WeightDropout(in.options.dropout, in.options.random),
                                                        dh.data(),
                                                        dright.data(),
                                                        dscore.data(),
                                                        log_weights(in.block)};
    parallel_rows(reversed.graph.offsets(), attention::edges_per_task(y.cols()), sweep);
  });
  gradients.add(in.h, std::move(dh));
  gradients.add(in.right, std::move(dright));
  if (gradients.wants(in.left)) {
    gradients.add(in.left, sum_by_destination(in.block.graph(), dscore, heads));
  }
}

}  // namespace

Variable gat_attention(const MessageBlock& block, const Variable& h, const Variable& left, const Variable& right,
                       const EdgeAttentionOptions& options) {
  attention::check_options("gat_attention", options.heads, options.dropout);
  const std::int64_t heads = options.heads, d = h.cols() / heads;
  require(h.rows() == block.num_inputs() && h.cols() % heads == 0 && d > 0, "gat_attention: h has shape ", h.shape(),
          ", expected ", block.num_inputs(), " rows and a multiple of ", heads, " columns");
  require((left.shape() == Shape{block.num_outputs(), heads}), "gat_attention: left has shape ", left.shape(),
          ", expected ", Shape{block.num_outputs(), heads});
  require((right.shape() == Shape{block.num_inputs(), heads}), "gat_attention: right has shape ", right.shape(),
          ", expected ", Shape{block.num_inputs(), heads});

  auto y = std::make_shared<Tensor>(Tensor::uninitialized(block.num_outputs(), heads * d));
  auto log_sum = std::make_shared<Tensor>(Tensor::uninitialized(block.num_outputs(), heads));
  attention::with_head_lanes(heads, [&](auto lanes) {
    using Scores = GatScores<decltype(lanes)::kCompiled>;
    const WeightDropout dropout(options.dropout, options.random);
    const Scores scores{lanes,
                        d,
                        block.graph(),
                        h.value().data(),
                        left.value().data(),
                        right.value().data(),
                        options.negative_slope,
                        dropout.is_active(),
                        y->data(),
                        log_sum->data(),
                        BlockWeights(block)};
    const attention::SoftmaxByBatches<decltype(lanes)::kCompiled, Scores> rows{
        lanes, block.graph(), scores, h.value().data(), d, dropout, y->data(), log_sum->data(), log_weights(block)};
    parallel_rows(block.offsets(), attention::edges_per_task(heads * d), rows);
  });
  return record("gat_attention", y, {h, left, right},
                [in = GatInputs{block, h, left, right, options}, log_sum, y](const Tensor& dy, Gradients& gradients) {
                  differentiate_gat(in, *log_sum, *y, dy, gradients);
                });
}

}  // namespace weft
