// Forward by batches of rows (softmax_rows.hpp), backward by the sweeps of edge_sweeps.hpp, with s = sum_c q_vc k_uc
// t_c / sqrt(d). The sweep by source gathers q_v and dy_v and sums dv_u and dk_u = sum over v of ds q_v o t; one by
// destination gathers k_u and sums dq_v = sum over u of ds k_u o t and, for every type, dt = sum over its edges of ds
// q_v o k_u. Edges of a piece are sorted by type, so that a type costs one more product a piece and not one an edge.
// Cost: forward 2 m d, backward 5 m d multiply-adds (3 and 6 with types); scratch of m heads in backward.
#include "weft/layers/kernels/dot_attention.hpp"

#include <array>
#include <cmath>

#include "weft/layers/kernels/block_weights.hpp"
#include "weft/layers/kernels/edge_sweeps.hpp"
#include "weft/layers/kernels/softmax_rows.hpp"

namespace weft {
namespace {

using attention::kPieceEdges;
using attention::WeightDropout;
using kernels::EdgeRun;
using kernels::kPrefetch;
using simd::Float8;

/// The inputs as the sweeps read them.
struct Scores {
  const float *q, *k;
  /// Columns of a head, of keys and of values.
  std::int64_t heads, d, e;
  float scale, clamp;
  /// Null without types.
  const std::uint8_t* types;
  const float* table;
  std::int64_t num_types;

  [[nodiscard]] std::int64_t columns() const { return heads * d; }
  [[nodiscard]] const float* q_of(std::int64_t i) const { return q + i * columns(); }
  [[nodiscard]] const float* k_of(std::int64_t j) const { return k + j * columns(); }
  [[nodiscard]] const float* type_of(EdgeId edge) const { return table + std::int64_t{types[edge]} * columns(); }

  /// The raw number of an edge, a number a head: the score before it is scaled and cut off.
  [[gnu::always_inline]] void dot(std::int64_t i, std::int64_t j, EdgeId edge, float* out) const {
    const float *a = q_of(i), *b = k_of(j);
    if (types == nullptr) {
      return attention::dot_heads(a, b, heads, d, out);
    }
    const float* t = type_of(edge);
    attention::sum_by_head(
        heads, d, out, [&](std::int64_t c, auto count) __attribute__((always_inline)) {
          return attention::load_up_to(a + c, count) * attention::load_up_to(t + c, count) *
                 attention::load_up_to(b + c, count);
        });
  }

  [[nodiscard, gnu::always_inline]] Float8 logit(Float8 raw) const {
    const Float8 score = scale * raw;
    const Float8 below = score > clamp ? simd::broadcast(clamp) : score;
    return below < -clamp ? simd::broadcast(-clamp) : below;
  }
  [[nodiscard, gnu::always_inline]] Float8 chain(Float8 raw, Float8 change) const {
    const Float8 score = scale * raw;
    const Float8 inside = score > clamp ? Float8{} : scale * change;
    return score < -clamp ? Float8{} : inside;
  }
};

/// Scores as SoftmaxByBatches asks for them.
struct ScoresOfRows {
  Scores scores;
  const CsrGraph& graph;

  void write_by_destination(std::int64_t i, EdgeId begin, EdgeId end, std::int64_t padded, float* out) const {
    const auto sources = graph.sources();
    for (EdgeId edge = begin; edge < end; ++edge) {
      const std::int64_t next = sources[static_cast<std::size_t>(std::min(edge + kPrefetch, graph.num_edges() - 1))];
      kernels::prefetch_row(scores.k_of(next), scores.columns());
      scores.dot(i, sources[static_cast<std::size_t>(edge)], edge, out + (edge - begin) * padded);
    }
    for (std::int64_t place = 0; place < (end - begin) * padded; place += simd::kLanes) {
      simd::store(out + place, scores.logit(simd::load(out + place)));
    }
  }
  static bool try_rows(std::int64_t, std::int64_t, float*) { return false; }
};

/// to[c] += a[c] b[c]
void add_product(const float* a, const float* b, std::int64_t count, float* to) {
  for (std::int64_t c = 0; c < count; ++c) {
    to[c] += a[c] * b[c];
  }
}

/// Weighted sums over the edges of a piece, one for each type: the edges are sorted by type first.
class SumsByType {
 public:
  SumsByType(const Scores& scores, std::int64_t padded)
      : heads_(scores.heads),
        d_(scores.d),
        padded_(padded),
        weights_(static_cast<std::size_t>(kPieceEdges * padded + 16), 0.0F),
        sum_(static_cast<std::size_t>(scores.columns())),
        ends_(static_cast<std::size_t>(scores.num_types) + 1) {}

  /// Calls take(type, sum) for every type there is in the run, sum [heads * d] = the sum over its edges of
  /// weight x_{column}. Edge run.begin + i has type type(i) and its weights, a number a head, at weights + i * padded.
  template <class Type, class Take>
  void operator()(const EdgeRun& run, const float* weights, const float* x, Type type, Take take) {
    sort(run, weights, type);
    std::int64_t begin = 0;
    for (std::size_t t = 0; t + 1 < ends_.size(); ++t) {
      const std::int64_t end = ends_[t];
      if (begin < end) {
        attention::gather_states({columns_.data(), begin, end, begin}, weights_.data() + begin * padded_, padded_,
                                 heads_, d_, x, false, sum_.data());
        take(static_cast<std::int64_t>(t), sum_.data());
      }
      begin = end;
    }
  }

 private:
  template <class Type>
  void sort(const EdgeRun& run, const float* weights, Type type) {
    std::ranges::fill(ends_, 0);
    const std::int64_t count = run.end - run.begin;
    for (std::int64_t i = 0; i < count; ++i) {
      ++ends_[std::size_t{type(i)} + 1];
    }
    for (std::size_t t = 1; t < ends_.size(); ++t) {
      ends_[t] += ends_[t - 1];
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t place = ends_[type(i)]++;
      columns_[static_cast<std::size_t>(place)] = run.columns[run.begin + i];
      std::copy_n(weights + i * padded_, heads_, weights_.data() + place * padded_);
    }
  }

  std::int64_t heads_, d_, padded_;
  Buffer<float> weights_, sum_;
  /// Where the edges of a type start while they are sorted, and where they end afterwards.
  std::vector<std::int64_t> ends_;
  std::array<NodeId, kPieceEdges> columns_{};
};

/// Scores as SweepBySource asks for them.
struct ScoresOfSources : Scores {
  const ReversedGraph& reversed;
  /// Starts as zeros.
  float* dk;

  ScoresOfSources(const Scores& scores, const ReversedGraph& graph, float* out)
      : Scores(scores), reversed(graph), dk(out) {}

  void write_by_source(std::int64_t j, EdgeId begin, EdgeId end, std::int64_t padded, float* out) const {
    const auto readers = reversed.graph.sources();
    for (EdgeId edge = begin; edge < end; ++edge) {
      const EdgeId ahead = std::min(edge + attention::kBackwardPrefetch, reversed.graph.num_edges() - 1);
      kernels::prefetch_row(q_of(readers[static_cast<std::size_t>(ahead)]), columns());
      dot(readers[static_cast<std::size_t>(edge)], j, reversed.edge[static_cast<std::size_t>(edge)],
          out + (edge - begin) * padded);
    }
  }

  [[nodiscard]] SumsByType make_scratch(std::int64_t padded) const { return {*this, padded}; }

  void add_by_source(std::int64_t j, const EdgeRun& run, const float* change, std::int64_t padded,
                     SumsByType& sums) const {
    float* row = dk + j * columns();
    if (types == nullptr) {
      return attention::gather_states(run, change, padded, heads, d, q, true, row);
    }
    sums(
        run, change, q, [&](std::int64_t i) { return types[reversed.edge[static_cast<std::size_t>(run.begin + i)]]; },
        [&](std::int64_t t, const float* sum) { add_product(sum, table + t * columns(), columns(), row); });
  }
};

/// The sweep by destination: fills dq and returns the gradient of the table [1, types * heads * d] from those of all
/// raw numbers, dscore [m, heads].
Tensor sweep_by_destination(const CsrGraph& graph, const Scores& scores, const float* dscore, Tensor& dq) {
  const std::int64_t heads = scores.heads, columns = scores.columns();
  const auto make_scratch = [&] { return SumsByType(scores, heads); };
  return attention::sum_over_rows(
      graph, scores.num_types * columns, make_scratch, [&](std::int64_t i, float* dtable, SumsByType& sums) {
        const EdgeId first = graph.offsets()[static_cast<std::size_t>(i)],
                     last = graph.offsets()[static_cast<std::size_t>(i) + 1];
        float* row = dq.row(i).data();
        if (scores.types == nullptr) {
          const EdgeRun run{graph.sources().data(), first, last, graph.num_edges()};
          return attention::gather_states(run, dscore + first * heads, heads, heads, scores.d, scores.k, false, row);
        }
        std::fill_n(row, columns, 0.0F);
        for (EdgeId edge = first; edge < last; edge += kPieceEdges) {
          const EdgeRun run{graph.sources().data(), edge, std::min(last, edge + kPieceEdges), edge};
          sums(
              run, dscore + edge * heads, scores.k, [&](std::int64_t e) { return scores.types[edge + e]; },
              [&](std::int64_t t, const float* sum) {
                add_product(sum, scores.table + t * columns, columns, row);
                add_product(sum, scores.q_of(i), columns, dtable + t * columns);
              });
        }
      });
}

struct DotInputs {
  MessageBlock block;
  Variable q, k, v;
  EdgeTypes types;
  DotAttentionOptions options;

  [[nodiscard]] Scores scores() const {
    const std::int64_t d = q.cols() / options.heads;
    Scores result{.q = q.value().data(),
                  .k = k.value().data(),
                  .heads = options.heads,
                  .d = d,
                  .e = v.cols() / options.heads,
                  .scale = 1.0F / std::sqrt(static_cast<float>(d)),
                  .clamp = options.clamp,
                  .types = nullptr,
                  .table = nullptr,
                  .num_types = 0};
    if (types.of_edge) {
      result.types = types.of_edge->data();
      result.table = types.table.value().data();
      result.num_types = types.table.rows();
    }
    return result;
  }
};

void differentiate_dot(const DotInputs& in, const Tensor& log_sum, const Tensor& y, const Tensor& dy,
                       Gradients& gradients) {
  const std::int64_t heads = in.options.heads;
  const ReversedGraph& reversed = in.block.reversed();
  const Tensor records = attention::destination_records(log_sum, y, dy);
  Tensor dk = Tensor::zeros(in.k.shape()), dv = Tensor::uninitialized(in.v.shape());
  Buffer<float> dscore(static_cast<std::size_t>(in.block.num_edges() * heads + simd::kLanes));
  const ScoresOfSources scores(in.scores(), reversed, dk.data());
  attention::with_head_lanes(heads, [&](auto lanes) {
    const attention::SweepBySource<decltype(lanes)::kCompiled, ScoresOfSources> sweep{
        lanes,
        reversed,
        scores,
        in.v.value().data(),
        scores.e,
        WeightDropout(in.options.dropout, in.options.random),
        dy.data(),
        records.data(),
        dv.data(),
        dscore.data(),
        log_weights(in.block)};
    parallel_rows(reversed.graph.offsets(), attention::edges_per_task(in.k.cols() + in.v.cols()), sweep);
  });
  gradients.add(in.k, std::move(dk));
  gradients.add(in.v, std::move(dv));
  const bool wants_table = in.types.of_edge != nullptr && gradients.wants(in.types.table);
  if (gradients.wants(in.q) || wants_table) {
    Tensor dq = Tensor::uninitialized(in.q.shape());
    const Tensor dtable = sweep_by_destination(in.block.graph(), scores, dscore.data(), dq);
    gradients.add(in.q, std::move(dq));
    if (wants_table) {
      Tensor shaped = Tensor::uninitialized(in.types.table.shape());
      std::ranges::copy(dtable.values(), shaped.data());
      gradients.add(in.types.table, std::move(shaped));
    }
  }
}

void check(const DotInputs& in) {
  const std::int64_t heads = in.options.heads, n = in.block.num_outputs(), inputs = in.block.num_inputs();
  attention::check_options("dot_attention", heads, in.options.dropout);
  require(in.options.clamp > 0.0F, "dot_attention: clamp is ", in.options.clamp, ", expected above 0");
  require(in.q.rows() == n && in.q.cols() % heads == 0 && in.q.cols() > 0, "dot_attention: q has shape ", in.q.shape(),
          ", expected ", n, " rows and a multiple of ", heads, " columns");
  require((in.k.shape() == Shape{inputs, in.q.cols()}), "dot_attention: k has shape ", in.k.shape(), ", expected ",
          Shape{inputs, in.q.cols()});
  require(in.v.rows() == inputs && in.v.cols() % heads == 0 && in.v.cols() > 0, "dot_attention: v has shape ",
          in.v.shape(), ", expected ", inputs, " rows and a multiple of ", heads, " columns");
  if (in.types.of_edge == nullptr) {
    return;
  }
  const std::span<const std::uint8_t> types = *in.types.of_edge;
  require(static_cast<EdgeId>(types.size()) == in.block.num_edges(), "dot_attention: there are types of ", types.size(),
          " edges, expected ", in.block.num_edges());
  require(in.types.table.cols() == in.q.cols(), "dot_attention: the table of types has shape ", in.types.table.shape(),
          ", expected ", in.q.cols(), " columns");
  const std::int64_t last = types.empty() ? -1 : std::int64_t{*std::ranges::max_element(types)};
  require(last < in.types.table.rows(), "dot_attention: an edge has type ", last, ", expected below ",
          in.types.table.rows(), ", the rows of the table");
}

}  // namespace

Variable dot_attention(const MessageBlock& block, const Variable& q, const Variable& k, const Variable& v,
                       const DotAttentionOptions& options, const EdgeTypes& types) {
  DotInputs in{block, q, k, v, types, options};
  check(in);
  auto y = std::make_shared<Tensor>(Tensor::uninitialized(block.num_outputs(), v.cols()));
  auto log_sum = std::make_shared<Tensor>(Tensor::uninitialized(block.num_outputs(), options.heads));
  const ScoresOfRows scores{in.scores(), block.graph()};
  attention::with_head_lanes(options.heads, [&](auto lanes) {
    const attention::SoftmaxByBatches<decltype(lanes)::kCompiled, ScoresOfRows> rows{
        lanes,
        block.graph(),
        scores,
        v.value().data(),
        scores.scores.e,
        WeightDropout(options.dropout, options.random),
        y->data(),
        log_sum->data(),
        log_weights(block)};
    parallel_rows(block.offsets(), attention::edges_per_task(k.cols() + v.cols()), rows);
  });
  std::vector<Variable> inputs{q, k, v};
  if (types.of_edge) {
    inputs.push_back(types.table);
  }
  return record("dot_attention", y, std::move(inputs),
                [in = std::move(in), log_sum, y](const Tensor& dy, Gradients& gradients) {
                  differentiate_dot(in, *log_sum, *y, dy, gradients);
                });
}

}  // namespace weft
