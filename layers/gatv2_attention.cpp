// GATv2, fused. Forward: pieces of 64 edges of a row are gathered once into the L1 cache, where scores, softmax and
// weighted sum are made of them. Backward: a sweep over the edges by source gathers dy_v and left_v, makes the
// weights again (see gat_attention.cpp) and sums dright_u; a sweep by destination gathers right_u and sums dleft_v
// and da, the latter in a fixed number of partial sums that are added in order.
// Cost: forward 3 m d, backward 10 m d multiply-adds; scratch of m heads in backward.
#include <limits>
#include <numeric>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/layers/attention_rows.hpp"
#include "weft/layers/edge_attention.hpp"
#include "weft/layers/head_tiles.hpp"

namespace weft {
namespace {

using attention::HeadLanes;
using attention::RowSoftmax;
using attention::WeightDropout;
using kernels::EdgeRun;
using kernels::kPrefetch;
using kernels::kWholeTile;
using simd::Float16;
using simd::Float8;

/// Edges whose gathered rows are read again and must stay in the L1 cache; floats gathered by a task.
constexpr std::int64_t kPieceEdges = 64, kFloatsPerTask = 1 << 18;
/// Partial sums of da, at most.
constexpr std::int64_t kMaxSlots = 64;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::int64_t edges_per_task(std::int64_t columns) {
  return std::max<std::int64_t>(256, kFloatsPerTask / std::max<std::int64_t>(1, columns));
}

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

template <int kHeads>
struct GatV2Forward {
  HeadLanes<kHeads> lanes;
  const CsrGraph& graph;
  Scores scores;
  WeightDropout dropout;
  float *y, *log_sum;

  void write_scores(std::int64_t v, EdgeId begin, EdgeId end, float* out) const {
    const auto sources = graph.sources();
    const std::int64_t columns = scores.heads * scores.d;
    for (EdgeId e = begin; e < end; ++e) {
      const EdgeId ahead = std::min(e + kPrefetch, graph.num_edges() - 1);
      kernels::prefetch_row(scores.right_of(sources[static_cast<std::size_t>(ahead)]), columns);
      scores.score(v, sources[static_cast<std::size_t>(e)], out + (e - begin) * lanes.padded());
    }
    lanes.fill_up(out, end - begin, -kInfinity);
  }

  void drop(std::int64_t v, EdgeId begin, EdgeId end, float* weights) const {
    const auto sources =
        graph.sources().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    attention::drop_weights(dropout, static_cast<NodeId>(v), sources, lanes.heads(), lanes.padded(), weights);
  }

  void sum_row(std::int64_t v, EdgeId begin, EdgeId end, float* weights) const {
    float* row = y + v * scores.heads * scores.d;
    RowSoftmax softmax;
    softmax.start(lanes);
    for (EdgeId e = begin; e < end; e += kPieceEdges) {
      const EdgeId piece_end = std::min(end, e + kPieceEdges);
      write_scores(v, e, piece_end, weights);
      softmax.take(lanes, weights, piece_end - e);
      if (dropout.is_active()) {
        drop(v, e, piece_end, weights);
      }
      if (e > begin) {
        RowSoftmax::scale_row(softmax.shrink, scores.heads, scores.d, row);
      }
      // The rows were just read: nothing to prefetch.
      const EdgeRun run{graph.sources().data(), e, piece_end, e};
      attention::gather_states(run, weights, lanes.padded(), scores.heads, scores.d, scores.right, e > begin, row);
    }
    Float8 inverse[attention::kMaxVectors];
    for (std::int64_t p = 0; p < lanes.period(); ++p) {
      inverse[p] = 1.0F / softmax.sum[p];
    }
    RowSoftmax::scale_row(inverse, scores.heads, scores.d, row);
    softmax.write_log_sum(scores.heads, log_sum + v * scores.heads);
  }

  void operator()(std::int64_t begin, std::int64_t end) const {
    const auto offsets = graph.offsets();
    Buffer<float> weights(static_cast<std::size_t>(kPieceEdges * lanes.padded() + 16), 0.0F);
    for (std::int64_t v = begin; v < end; ++v) {
      const EdgeId first = offsets[static_cast<std::size_t>(v)], last = offsets[static_cast<std::size_t>(v) + 1];
      if (first < last) {
        sum_row(v, first, last, weights.data());
      } else {
        std::fill_n(y + v * scores.heads * scores.d, scores.heads * scores.d, 0.0F);
        std::fill_n(log_sum + v * scores.heads, scores.heads, 0.0F);
      }
    }
  }
};

/// The sweep by source: dright, and the gradient of every score.
template <int kHeads>
struct GatV2BySource {
  HeadLanes<kHeads> lanes;
  const ReversedGraph& reversed;
  Scores scores;
  WeightDropout dropout;
  const float* dy;
  /// The softmax sum's logarithm and <dy_v, y_v> of every destination, [n, 2 heads].
  const float* records;
  float* dright;
  /// [m, heads] in the order of the edges by destination.
  float* dscore;

  struct Scratch {
    explicit Scratch(std::int64_t padded)
        : size(kPieceEdges * padded + 16), numbers(static_cast<std::size_t>(5 * size), 0.0F) {}
    std::int64_t size;
    Buffer<float> numbers;
    float *score = numbers.data(), *weight = score + size, *factor = weight + size;
    float *log_sum = factor + size, *output = log_sum + size;
  };

  void read_destinations(std::int64_t u, EdgeId begin, EdgeId end, Scratch& s) const {
    const auto readers = reversed.graph.sources();
    const std::int64_t heads = scores.heads, columns = heads * scores.d;
    if (dropout.is_active()) {
      dropout.write_factors(static_cast<NodeId>(u),
                            readers.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                            true, heads, lanes.padded(), s.factor);
    }
    for (EdgeId e = begin; e < end; ++e) {
      const EdgeId ahead = std::min(e + kPrefetch, reversed.graph.num_edges() - 1);
      const std::int64_t next = readers[static_cast<std::size_t>(ahead)], v = readers[static_cast<std::size_t>(e)];
      kernels::prefetch_row(dy + next * columns, columns);
      kernels::prefetch_row(scores.left_of(next), columns);
      kernels::prefetch_row(records + next * 2 * heads, 2 * heads);
      __builtin_prefetch(dscore + reversed.edge[static_cast<std::size_t>(ahead)] * heads, 1);
      const std::int64_t place = (e - begin) * lanes.padded();
      scores.score(v, u, s.score + place);
      attention::dot_heads(dy + v * columns, scores.right_of(u), heads, scores.d, s.weight + place);
      lanes.copy(records + v * 2 * heads, s.log_sum + place);
      lanes.copy(records + v * 2 * heads + heads, s.output + place);
    }
    // Behind the piece exp gives 0, so those lanes add nothing.
    lanes.fill_up(s.score, end - begin, 0.0F);
    lanes.fill_up(s.log_sum, end - begin, kInfinity);
    lanes.fill_up(s.output, end - begin, 0.0F);
    lanes.fill_up(s.weight, end - begin, 0.0F);
  }

  /// Turns the piece's numbers into weights of dy (s.weight) and gradients of scores (s.score):
  /// dscore = alpha (factor <dy_v, right_u> - <dy_v, y_v>).
  void differentiate(EdgeId begin, EdgeId end, Scratch& s) const {
    for (std::int64_t i = 0; i < 8 * lanes.vectors(end - begin); i += 8) {
      const Float8 alpha = simd::exp(simd::load(s.score + i) - simd::load(s.log_sum + i));
      const Float8 factor = dropout.is_active() ? simd::load(s.factor + i) : simd::broadcast(1.0F);
      simd::store(s.score + i, alpha * (factor * simd::load(s.weight + i) - simd::load(s.output + i)));
      simd::store(s.weight + i, alpha * factor);
    }
    const std::int64_t heads = lanes.heads(), padded = lanes.padded();
    for (EdgeId e = begin; e < end; ++e) {
      std::copy_n(s.score + (e - begin) * padded, heads, dscore + reversed.edge[static_cast<std::size_t>(e)] * heads);
    }
  }

  void operator()(std::int64_t begin, std::int64_t end) const {
    const auto offsets = reversed.graph.offsets();
    const std::int64_t heads = scores.heads, d = scores.d;
    Scratch scratch(lanes.padded());
    for (std::int64_t u = begin; u < end; ++u) {
      const EdgeId first = offsets[static_cast<std::size_t>(u)], last = offsets[static_cast<std::size_t>(u) + 1];
      float* row = dright + u * heads * d;
      if (first == last) {
        std::fill_n(row, heads * d, 0.0F);
      }
      for (EdgeId e = first; e < last; e += kPieceEdges) {
        const EdgeId piece_end = std::min(last, e + kPieceEdges);
        read_destinations(u, e, piece_end, scratch);
        differentiate(e, piece_end, scratch);
        const EdgeRun run{reversed.graph.sources().data(), e, piece_end, e};
        attention::gather_states(run, scratch.weight, lanes.padded(), heads, d, dy, e > first, row);
        add_score_gradients(scores, run, scratch.score, lanes.padded(), scores.right_of(u), scores.left, row, nullptr);
      }
    }
  }
};

/// Borders of at most kMaxSlots groups of rows that hold about as many rows and edges each; a function of the graph
/// alone.
std::vector<std::int64_t> row_groups(const CsrGraph& graph) {
  const auto cost = [&](std::int64_t row) { return row + graph.offsets()[static_cast<std::size_t>(row)]; };
  const std::int64_t total = cost(graph.num_nodes()), count = std::clamp<std::int64_t>(total / 1024, 1, kMaxSlots);
  std::vector<std::int64_t> borders;
  for (std::int64_t group = 0; group <= count; ++group) {
    std::int64_t low = 0, high = graph.num_nodes();
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (cost(middle) < total * group / count) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    borders.push_back(low);
  }
  return borders;
}

/// The sweep by destination: dleft and da from the gradients of all scores, dscore [m, heads].
void sweep_by_destination(const CsrGraph& graph, const Scores& scores, const float* dscore, Tensor& dleft, Tensor& da) {
  const std::vector<std::int64_t> groups = row_groups(graph);
  const std::int64_t heads = scores.heads, d = scores.d, columns = heads * d;
  Tensor partial(static_cast<std::int64_t>(groups.size()) - 1, columns);
  parallel_for(partial.rows(), 1, [&](std::int64_t group, std::int64_t) {
    for (std::int64_t v = groups[static_cast<std::size_t>(group)]; v < groups[static_cast<std::size_t>(group) + 1];
         ++v) {
      const EdgeId end = graph.offsets()[static_cast<std::size_t>(v) + 1];
      float* row = dleft.data() + v * columns;
      std::fill_n(row, columns, 0.0F);
      for (EdgeId e = graph.offsets()[static_cast<std::size_t>(v)]; e < end; e += kPieceEdges) {
        const EdgeRun run{graph.sources().data(), e, std::min(end, e + kPieceEdges), graph.num_edges()};
        add_score_gradients(scores, run, dscore + e * heads, heads, scores.left_of(v), scores.right, row,
                            partial.data() + group * columns);
      }
    }
  });
  for (std::int64_t group = 0; group < partial.rows(); ++group) {
    for (std::int64_t j = 0; j < columns; ++j) {
      da(0, j) += partial(group, j);
    }
  }
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
  Tensor records = Tensor::uninitialized(y.rows(), 2 * heads);
  parallel_for(y.rows(), 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      float* record = records.row(v).data();
      std::copy_n(log_sum.row(v).data(), heads, record);
      attention::dot_heads(dy.row(v).data(), y.row(v).data(), heads, d, record + heads);
    }
  });
  Tensor dright = Tensor::uninitialized(in.right.shape());
  Buffer<float> dscore(static_cast<std::size_t>(in.block.num_edges() * heads + simd::kLanes));
  attention::with_head_lanes(heads, [&](auto lanes) {
    const GatV2BySource<decltype(lanes)::kCompiled> sweep{
        lanes,     reversed,       in.scores(),   WeightDropout(in.options),
        dy.data(), records.data(), dright.data(), dscore.data()};
    parallel_rows(reversed.graph.offsets(), edges_per_task(y.cols()), sweep);
  });
  gradients.add(in.right, std::move(dright));
  if (gradients.wants(in.left) || gradients.wants(in.a)) {
    Tensor dleft = Tensor::uninitialized(in.left.shape());
    Tensor da(1, y.cols());
    sweep_by_destination(in.block.graph(), in.scores(), dscore.data(), dleft, da);
    gradients.add(in.left, std::move(dleft));
    gradients.add(in.a, std::move(da));
  }
}

}  // namespace

Variable gatv2_attention(const MessageBlock& block, const Variable& left, const Variable& right, const Variable& a,
                         const EdgeAttentionOptions& options) {
  attention::check_options("gatv2_attention", options);
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
  attention::with_head_lanes(heads, [&](auto lanes) {
    const GatV2Forward<decltype(lanes)::kCompiled> rows{lanes,     block.graph(),  in.scores(), WeightDropout(options),
                                                        y->data(), log_sum->data()};
    parallel_rows(block.offsets(), edges_per_task(left.cols()), rows);
  });
  return record("gatv2_attention", y, {left, right, a},
                [in = std::move(in), log_sum, y](const Tensor& dy, Gradients& gradients) {
                  differentiate_gatv2(in, *log_sum, *y, dy, gradients);
                });
}

}  // namespace weft
