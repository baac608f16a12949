// GATv2, fused. Forward by pieces of a row (softmax_rows.hpp). Backward: the sweep by source of edge_sweeps.hpp; then a
// sweep by destination gathers right_u and sums dleft_v and da, the latter in a fixed number of partial sums that are
// added in order. Cost: forward 3 m d, backward 10 m d multiply-adds; scratch of m heads in backward.
#include "weft/layers/kernels/block_weights.hpp"
#include "weft/layers/kernels/edge_attention.hpp"
#include "weft/layers/kernels/edge_sweeps.hpp"
#include "weft/layers/kernels/segment_parts.hpp"
#include "weft/layers/kernels/softmax_rows.hpp"

namespace weft {
namespace {

using attention::kPieceEdges;
using attention::WeightDropout;
using kernels::EdgeRun;
using kernels::kPrefetch;
using kernels::kWholeTile;
using simd::Float16;
using simd::Float8;

/// The inputs as the sweeps read them.
struct Scores {
  const float *left, *right, *a;
  std::int64_t heads, d;
  float slope;

  [[nodiscard]] const float* left_of(std::int64_t v) const { return left + v * heads * d; }
  [[nodiscard]] const float* right_of(std::int64_t u) const { return right + u * heads * d; }

  /// <a, LeakyReLU(left_v + right_u)> for every head.
  [[gnu::always_inline]] void score(std::int64_t v, std::int64_t u, float* out) const {
    const float *x = left_of(v), *y = right_of(u);
    attention::sum_by_head(
        heads, d, out, [&](std::int64_t i, auto count) __attribute__((always_inline)) {
          return attention::load_up_to(a + i, count) *
                 simd::leaky_relu(attention::load_up_to(x + i, count) + attention::load_up_to(y + i, count), slope);
        });
  }

  /// A transform of gather_heads: the derivative of a score by left + right, where one of the two is `own` and the
  /// other is gathered.
  [[nodiscard]] auto slope_at(const float* own) const {
    return [ this, own ](auto vectors, std::int64_t first, std::int64_t width, int j, Float8 values)
        __attribute__((always_inline)) {
      constexpr int kVectors = decltype(vectors)::value;
      const Float8 weight = kernels::load_vector<kVectors>(a + first, j, width);
      return values + kernels::load_vector<kVectors>(own + first, j, width) > 0.0F ? weight : slope * weight;
    };
  }

  /// The derivative of a score by a.
  [[nodiscard]] auto activation_at(const float* own) const {
    return [ this, own ](auto vectors, std::int64_t first, std::int64_t width, int j, Float8 values)
        __attribute__((always_inline)) {
      constexpr int kVectors = decltype(vectors)::value;
      return simd::leaky_relu(values + kernels::load_vector<kVectors>(own + first, j, width), simd::broadcast(slope));
    };
  }
};

/// Adds to d_own the gradient of scores by left + right, and to da that by a (unless null): sums over a run of edges
/// of dscore_e a o LeakyReLU'(t_e) and dscore_e LeakyReLU(t_e), where t_e = own + x_{columns[e]}.
void add_score_gradients(const Scores& scores, const EdgeRun& run, const float* dscore, std::int64_t padded,
                         const float* own, const float* x, float* d_own, float* da) {
  const std::int64_t heads = scores.heads, d = scores.d, columns = heads * d;
  if (!attention::has_whole_tiles(heads, d)) {
    attention::gather_heads(run, dscore, padded, heads, d, x, true, d_own, scores.slope_at(own));
    if (da != nullptr) {
      const EdgeRun again{run.columns, run.begin, run.end, run.begin};  // the rows were just read
      attention::gather_heads(again, dscore, padded, heads, d, x, true, da, scores.activation_at(own));
    }
    return;
  }
  // As many columns as leave registers for two sums.
  constexpr int kVectors = kWholeTile == 256 ? 4 : 2;
  for (std::int64_t first = 0; first < columns; first += 16 * kVectors) {
    attention::with_whole_map(
        first, d, [&](const auto& map) __attribute__((always_inline)) {
          Float16 base[kVectors], steep[kVectors], slopes[kVectors] = {}, activations[kVectors] = {};
          for (int j = 0; j < kVectors; ++j) {
            base[j] = simd::load16(own + first + 16 * j);
            steep[j] = simd::load16(scores.a + first + 16 * j);
          }
          kernels::gather_whole_tile<kVectors>(
              run, x + first, columns,
              [&](EdgeId e, int j, Float16 values) __attribute__((always_inline)) {
                const Float16 t = base[j] + values;
                const auto gradient = map.weight(dscore + (e - run.begin) * padded, j) + Float16{};
                slopes[j] += t > 0.0F ? gradient : scores.slope * gradient;
                if (da != nullptr) {
                  activations[j] += gradient * simd::leaky_relu(t, scores.slope);
                }
              },
              [](EdgeId) {});
          for (int j = 0; j < kVectors; ++j) {
            float* to = d_own + first + 16 * j;
            simd::store(to, simd::load16(to) + steep[j] * slopes[j]);
            if (da != nullptr) {
              simd::store(da + first + 16 * j, simd::load16(da + first + 16 * j) + activations[j]);
            }
          }
        });
  }
}

/// Scores as SoftmaxByPieces asks for them.
struct ScoresOfRows {
  Scores scores;
  const CsrGraph& graph;

  void write_by_destination(std::int64_t v, EdgeId begin, EdgeId end, std::int64_t padded, float* out) const {
    const auto sources = graph.sources();
    const std::int64_t columns = scores.heads * scores.d;
    for (EdgeId e = begin; e < end; ++e) {
      const EdgeId ahead = std::min(e + kPrefetch, graph.num_edges() - 1);
      kernels::prefetch_row(scores.right_of(sources[static_cast<std::size_t>(ahead)]), columns);
      scores.score(v, sources[static_cast<std::size_t>(e)], out + (e - begin) * padded);
    }
  }
};

/// Scores as SweepBySource asks for them.
struct ScoresOfSources {
  Scores scores;
  const CsrGraph& reversed;
  float* dright;

  void write_by_source(std::int64_t u, EdgeId begin, EdgeId end, std::int64_t padded, float* out) const {
    const auto readers = reversed.sources();
    const std::int64_t columns = scores.heads * scores.d;
    for (EdgeId e = begin; e < end; ++e) {
      const EdgeId ahead = std::min(e + attention::kBackwardPrefetch, reversed.num_edges() - 1);
      kernels::prefetch_row(scores.left_of(readers[static_cast<std::size_t>(ahead)]), columns);
      scores.score(readers[static_cast<std::size_t>(e)], u, out + (e - begin) * padded);
    }
  }
  [[gnu::always_inline]] static Float8 logit(Float8 raw) { return raw; }
  [[gnu::always_inline]] static Float8 chain(Float8, Float8 change) { return change; }
  static attention::NoScratch make_scratch(std::int64_t) { return {}; }
  void add_by_source(std::int64_t u, const EdgeRun& run, const float* change, std::int64_t padded,
                     attention::NoScratch&) const {
    add_score_gradients(scores, run, change, padded, scores.right_of(u), scores.left,
                        dright + u * scores.heads * scores.d, nullptr);
  }
};

/// The sweep by destination: fills dleft and returns da from the gradients of all scores, dscore [m, heads].
Tensor sweep_by_destination(const CsrGraph& graph, const Scores& scores, const float* dscore, Tensor& dleft) {
  const std::int64_t heads = scores.heads, columns = heads * scores.d;
  return attention::sum_over_rows(graph, columns, attention::no_scratch, [&](std::int64_t v, float* da, auto&) {
    const EdgeId end = graph.offsets()[static_cast<std::size_t>(v) + 1];
    float* row = dleft.row(v).data();
    std::fill_n(row, columns, 0.0F);
    for (EdgeId e = graph.offsets()[static_cast<std::size_t>(v)]; e < end; e += kPieceEdges) {
      const EdgeRun run{graph.sources().data(), e, std::min(end, e + kPieceEdges), graph.num_edges()};
      add_score_gradients(scores, run, dscore + e * heads, heads, scores.left_of(v), scores.right, row, da);
    }
  });
}

struct GatV2Inputs {
  MessageBlock block;
  Variable left, right, a;
  EdgeAttentionOptions options;

  [[nodiscard]] Scores scores() const {
    return {left.value().data(), right.value().data(),        a.value().data(),
            options.heads,       left.cols() / options.heads, options.negative_slope};
  }
};

void differentiate_gatv2(const GatV2Inputs& in, const Tensor& log_sum, const Tensor& y, const Tensor& dy,
                         Gradients& gradients) {
  const std::int64_t heads = in.options.heads, d = y.cols() / heads;
  const ReversedGraph& reversed = in.block.reversed();
  const Tensor records = attention::destination_records(log_sum, y, dy);
  Tensor dright = Tensor::uninitialized(in.right.shape());
  Buffer<float> dscore(static_cast<std::size_t>(in.block.num_edges() * heads + simd::kLanes));
  const ScoresOfSources scores{in.scores(), reversed.graph, dright.data()};
  attention::with_head_lanes(heads, [&](auto lanes) {
    const attention::SweepBySource<decltype(lanes)::kCompiled, ScoresOfSources> sweep{
        lanes,
        reversed,
        scores,
        in.right.value().data(),
        d,
        WeightDropout(in.options.dropout, in.options.random),
        dy.data(),
        records.data(),
        dright.data(),
        dscore.data(),
        log_weights(in.block)};
    parallel_rows(reversed.graph.offsets(), attention::edges_per_task(y.cols()), sweep);
  });
  gradients.add(in.right, std::move(dright));
  if (gradients.wants(in.left) || gradients.wants(in.a)) {
    Tensor dleft = Tensor::uninitialized(in.left.shape());
    gradients.add(in.a, sweep_by_destination(in.block.graph(), in.scores(), dscore.data(), dleft));
    gradients.add(in.left, std::move(dleft));
  }
}

}  // namespace

Variable gatv2_attention(const MessageBlock& block, const Variable& left, const Variable& right, const Variable& a,
                         const EdgeAttentionOptions& options) {
  attention::check_options("gatv2_attention", options.heads, options.dropout);
  const std::int64_t heads = options.heads;
  require(left.rows() == block.num_outputs() && left.cols() % heads == 0 && left.cols() > 0,
          "gatv2_attention: left has shape ", left.shape(), ", expected ", block.num_outputs(),
          " rows and a multiple of ", heads, " columns");
  require((right.shape() == Shape{block.num_inputs(), left.cols()}), "gatv2_attention: right has shape ", right.shape(),
          ", expected ", Shape{block.num_inputs(), left.cols()});
  require((a.shape() == Shape{1, left.cols()}), "gatv2_attention: a has shape ", a.shape(), ", expected ",
          Shape{1, left.cols()});

  GatV2Inputs in{block, left, right, a, options};
  auto y = std::make_shared<Tensor>(Tensor::uninitialized(left.shape()));
  auto log_sum = std::make_shared<Tensor>(Tensor::uninitialized(block.num_outputs(), heads));
  const ScoresOfRows scores{in.scores(), block.graph()};
  attention::with_head_lanes(heads, [&](auto lanes) {
    const attention::SoftmaxByPieces<decltype(lanes)::kCompiled, ScoresOfRows> rows{
        lanes,
        block.graph(),
        scores,
        right.value().data(),
        left.cols() / heads,
        WeightDropout(options.dropout, options.random),
        y->data(),
        log_sum->data(),
        log_weights(block)};
    parallel_rows(block.offsets(), attention::edges_per_task(left.cols()), rows);
  });
  return record("gatv2_attention", y, {left, right, a},
                [in = std::move(in), log_sum, y](const Tensor& dy, Gradients& gradients) {
                  differentiate_gatv2(in, *log_sum, *y, dy, gradients);
                });
}

}  // namespace weft
