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

namespace weft {
namespace {

using attention::HeadLanes;
using attention::RowSoftmax;
using attention::WeightDropout;
using kernels::EdgeRun;
using kernels::kPrefetch;
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
        heads, d, out, [&](std::int64_t i, std::int64_t count) __attribute__((always_inline)) {
          return attention::load_up_to(a + i, count) *
                 simd::leaky_relu(attention::load_up_to(x + i, count) + attention::load_up_to(y + i, count),
                                  simd::broadcast(slope));
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
  const float *dy, *log_sum;
  /// <dy_v, y_v>, [n, heads]
  const float* output;
  float* dright;
  /// [m, heads] in the order of the edges by destination.
  float* dscore;

  struct Scratch {
    explicit Scratch(std::int64_t padded)
        : size(kPieceEdges * padded + 16), numbers(static_cast<std::size_t>(3 * size), 0.0F) {}
    std::int64_t size;
    Buffer<float> numbers;
    float *score = numbers.data(), *weight = score + size, *factor = weight + size;
  };

  void read_destinations(std::int64_t u, EdgeId begin, EdgeId end, Scratch& s) const {
    const auto readers = reversed.graph.sources();
    const std::int64_t heads = scores.heads, columns = heads * scores.d;
    if (dropout.is_active()) {
      dropout.write_factors(static_cast<NodeId>(u),
                            readers.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                            true, heads, lanes.padded(), s.factor);
    } else {
      std::fill_n(s.factor, (end - begin) * lanes.padded(), 1.0F);
    }
    for (EdgeId e = begin; e < end; ++e) {
      const EdgeId ahead = std::min(e + kPrefetch, reversed.graph.num_edges() - 1);
      const std::int64_t next = readers[static_cast<std::size_t>(ahead)], v = readers[static_cast<std::size_t>(e)];
      kernels::prefetch_row(dy + next * columns, columns);
      kernels::prefetch_row(scores.left_of(next), columns);
      const std::int64_t place = (e - begin) * lanes.padded();
      scores.score(v, u, s.score + place);
      attention::dot_heads(dy + v * columns, scores.right_of(u), heads, scores.d, s.weight + place);
      for (std::int64_t i = 0; i < heads; ++i) {
        s.score[place + i] -= log_sum[v * heads + i];
      }
    }
  }

  /// Turns the piece's numbers into weights of dy (s.weight) and gradients of scores (s.score):
  /// dscore = alpha (factor <dy_v, right_u> - <dy_v, y_v>).
  void differentiate(EdgeId begin, EdgeId end, Scratch& s) const {
    const auto readers = reversed.graph.sources();
    const std::int64_t heads = scores.heads, padded = lanes.padded();
    for (std::int64_t i = 0; i < 8 * lanes.vectors(end - begin); i += 8) {
      simd::store(s.score + i, simd::exp(simd::load(s.score + i)));
    }
    for (EdgeId e = begin; e < end; ++e) {
      const float* own = output + static_cast<std::int64_t>(readers[static_cast<std::size_t>(e)]) * heads;
      float* gradient = dscore + reversed.edge[static_cast<std::size_t>(e)] * heads;
      for (std::int64_t i = 0; i < heads; ++i) {
        const std::int64_t place = (e - begin) * padded + i;
        const float alpha = s.score[place], factor = s.factor[place];
        gradient[i] = s.score[place] = alpha * (factor * s.weight[place] - own[i]);
        s.weight[place] = alpha * factor;
      }
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
        attention::gather_heads(run, scratch.score, lanes.padded(), heads, d, scores.left, true, row,
                                scores.slope_at(scores.right_of(u)));
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
        EdgeRun run{graph.sources().data(), e, std::min(end, e + kPieceEdges), graph.num_edges()};
        attention::gather_heads(run, dscore + e * heads, heads, heads, d, scores.right, true, row,
                                scores.slope_at(scores.left_of(v)));
        run.stop = e;  // the rows were just read
        attention::gather_heads(run, dscore + e * heads, heads, heads, d, scores.right, true,
                                partial.data() + group * columns, scores.activation_at(scores.left_of(v)));
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
  Tensor output = Tensor::uninitialized(log_sum.shape());
  parallel_for(y.rows(), 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      attention::dot_heads(dy.row(v).data(), y.row(v).data(), heads, d, output.row(v).data());
    }
  });
  Tensor dright = Tensor::uninitialized(in.right.shape());
  Buffer<float> dscore(static_cast<std::size_t>(in.block.num_edges() * heads + simd::kLanes));
  attention::with_head_lanes(heads, [&](auto lanes) {
    const GatV2BySource<decltype(lanes)::kCompiled> sweep{
        lanes,         reversed,      in.scores(),  WeightDropout(in.options), dy.data(), log_sum.data(),
        output.data(), dright.data(), dscore.data()};
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
