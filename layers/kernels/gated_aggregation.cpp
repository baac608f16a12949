// Method: rows are cut into pieces of 16 or 8 columns that stay in registers while a row's edges pass by; the gradient
// makes one sweep over the rows and one over the reversed rows, each making the gates again. Bresson, Laurent,
// "Residual gated graph convnets", 2017, equation 11, with the normalized gates of Dwivedi et al. 2020.
#include "weft/layers/kernels/gated_aggregation.hpp"

#include <memory>
#include <string_view>
#include <type_traits>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/block_weights.hpp"
#include "weft/tensor/simd.hpp"

namespace weft {
namespace {

using simd::Float16;
using simd::Float8;

constexpr std::int64_t kEdgesPerChunk = 2048;
constexpr float kEpsilon = 1e-6F;

/// `count` columns from `from` on: 16 of them as a Float16, or as a Float8 at most 8.
template <class Vector>
[[gnu::always_inline]] inline Vector read(const float* from, std::int64_t count) {
  if constexpr (std::is_same_v<Vector, Float16>) {
    return simd::load16(from);
  } else {
    return count >= simd::kLanes ? simd::load(from) : simd::load_part(from, count);
  }
}
[[gnu::always_inline]] inline void write(float* to, std::int64_t, Float16 x) {
  simd::store(to, x);
}
[[gnu::always_inline]] inline void write(float* to, std::int64_t count, Float8 x) {
  count >= simd::kLanes ? simd::store(to, x) : simd::store_part(to, count, x);
}
template <class Vector>
[[gnu::always_inline]] inline Vector sigmoid(Vector x) {
  return 1.0F / (1.0F + simd::exp(-x));
}

void require_shape(std::string_view operation, std::string_view what, Shape given, Shape expected) {
  require(given == expected, operation, ": ", what, " has shape ", given, ", expected ", expected);
}

/// What a gate is made of: two nodes' numbers, or an edge's own.
class Scores {
 public:
  Scores(const Variable& left, const Variable& right) : left_(left.value().data()), right_(right.value().data()) {}
  explicit Scores(const Variable& score) : edge_(score.value().data()) {}

  /// Of the columns from `column` on, `count` of them, of edge number `edge`, u -> v.
  template <class Vector>
  [[nodiscard, gnu::always_inline]] Vector at(std::int64_t v, std::int64_t u, EdgeId edge, std::int64_t d,
                                              std::int64_t column, std::int64_t count) const {
    if (edge_ != nullptr) {
      return read<Vector>(edge_ + edge * d + column, count);
    }
    return read<Vector>(left_ + v * d + column, count) + read<Vector>(right_ + u * d + column, count);
  }

 private:
  const float* left_ = nullptr;
  const float* right_ = nullptr;
  const float* edge_ = nullptr;
};

/// Calls body(row, column, columns, zeros) for pieces of every row, with zeros of the type that a piece is read as.
template <class Body>
void for_pieces(std::span<const EdgeId> offsets, std::int64_t d, Body body) {
  parallel_rows(offsets, kEdgesPerChunk, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      std::int64_t column = 0;
      for (; column + 2 * simd::kLanes <= d; column += 2 * simd::kLanes) {
        body(row, column, d - column, Float16{});
      }
      for (; column < d; column += simd::kLanes) {
        body(row, column, d - column, Float8{});
      }
    }
  });
}

struct Mean {
  /// y, and the sum of gates with epsilon; [outputs, d].
  Tensor y, total;
};

Mean mean_of(const MessageBlock& block, const Scores& scores, const Tensor& value) {
  const std::int64_t d = value.cols();
  Mean result{Tensor::uninitialized(block.num_outputs(), d), Tensor::uninitialized(block.num_outputs(), d)};
  const auto offsets = block.offsets();
  const BlockWeights weights(block);
  for_pieces(offsets, d, [&](std::int64_t v, std::int64_t column, std::int64_t count, auto zeros) {
    using Vector = decltype(zeros);
    Vector sum = zeros, total = zeros + kEpsilon;
    for (EdgeId i = offsets[static_cast<std::size_t>(v)]; i < offsets[static_cast<std::size_t>(v) + 1]; ++i) {
      const std::int64_t u = block.sources()[static_cast<std::size_t>(i)];
      const Vector gate = weights.of(v, i) * sigmoid(scores.at<Vector>(v, u, i, d, column, count));
      sum += gate * read<Vector>(value.data() + u * d + column, count);
      total += gate;
    }
    write(result.y.data() + v * d + column, count, sum / total);
    write(result.total.data() + v * d + column, count, total);
  });
  return result;
}

/// The gradients' two sweeps. The derivative of the loss by the score of an edge u -> v is
///   ds = w dy_v (value_u - y_v) / total_v g (1 - g)  with w the edge's weight.
class MeanGradient {
 public:
  MeanGradient(const MessageBlock& block, const Scores& scores, const Tensor& value, const Mean& mean, const Tensor& dy)
      : block_(block),
        weights_(block),
        scores_(scores),
        value_(value),
        mean_(mean),
        scaled_(scaled(dy, mean.total)),
        d_(value.cols()) {}

  /// By destination: ds of each edge to `by_edge` [edges, d], or their sums to `left` [outputs, d]; either may be null.
  void rows(float* left, float* by_edge) const {
    const auto offsets = block_.offsets();
    for_pieces(offsets, d_, [&](std::int64_t v, std::int64_t column, std::int64_t count, auto zeros) {
      using Vector = decltype(zeros);
      Vector sum = zeros;
      for (EdgeId i = offsets[static_cast<std::size_t>(v)]; i < offsets[static_cast<std::size_t>(v) + 1]; ++i) {
        const std::int64_t u = block_.sources()[static_cast<std::size_t>(i)];
        Vector share;
        const Vector ds = score_gradient(v, u, i, column, count, share);
        sum += ds;
        if (by_edge != nullptr) {
          write(by_edge + i * d_ + column, count, ds);
        }
      }
      if (left != nullptr) {
        write(left + v * d_ + column, count, sum);
      }
    });
  }

  /// By source: the sums of ds to `right`, which may be null, and of g dy / total to `value`; [inputs, d].
  void columns(float* right, float* value) const {
    const ReversedGraph& reversed = block_.reversed();
    const auto offsets = reversed.graph.offsets();
    for_pieces(offsets, d_, [&](std::int64_t u, std::int64_t column, std::int64_t count, auto zeros) {
      using Vector = decltype(zeros);
      Vector sum = zeros, shares = zeros;
      for (auto i = static_cast<std::size_t>(offsets[static_cast<std::size_t>(u)]);
           i < static_cast<std::size_t>(offsets[static_cast<std::size_t>(u) + 1]); ++i) {
        Vector share;
        sum += score_gradient(reversed.graph.sources()[i], u, reversed.edge[i], column, count, share);
        shares += share;
      }
      if (right != nullptr) {
        write(right + u * d_ + column, count, sum);
      }
      write(value + u * d_ + column, count, shares);
    });
  }

 private:
  /// dy / total, which every edge of a row asks for.
  [[nodiscard]] static Tensor scaled(const Tensor& dy, const Tensor& total) {
    Tensor result = Tensor::uninitialized(dy.shape());
    parallel_for(dy.size(), 1 << 15, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        result.data()[i] = dy.data()[i] / total.data()[i];
      }
    });
    return result;
  }

  template <class Vector>
  [[gnu::always_inline]] Vector score_gradient(std::int64_t v, std::int64_t u, EdgeId edge, std::int64_t column,
                                               std::int64_t count, Vector& share) const {
    const Vector gate = sigmoid(scores_.at<Vector>(v, u, edge, d_, column, count));
    share = weights_.of(v, edge) * gate * read<Vector>(scaled_.data() + v * d_ + column, count);
    return share * (1.0F - gate) *
           (read<Vector>(value_.data() + u * d_ + column, count) -
            read<Vector>(mean_.y.data() + v * d_ + column, count));
  }

  const MessageBlock& block_;
  BlockWeights weights_;
  Scores scores_;
  const Tensor& value_;
  const Mean& mean_;
  Tensor scaled_;
  std::int64_t d_;
};

}  // namespace

// y = sum of g value / total, see MeanGradient.
Variable gated_mean(const MessageBlock& block, const Variable& left, const Variable& right, const Variable& value) {
  const Shape outputs{block.num_outputs(), value.cols()}, inputs{block.num_inputs(), value.cols()};
  require_shape("gated_mean", "value", value.shape(), inputs);
  require_shape("gated_mean", "left", left.shape(), outputs);
  require_shape("gated_mean", "right", right.shape(), inputs);
  auto mean = std::make_shared<Mean>(mean_of(block, Scores(left, right), value.value()));
  const std::shared_ptr<const Tensor> y(mean, &mean->y);
  return record("gated_mean", y, {left, right, value},
                [block, left, right, value, mean](const Tensor& dy, Gradients& gradients) {
                  const MeanGradient gradient(block, Scores(left, right), value.value(), *mean, dy);
                  if (gradients.wants(left)) {
                    Tensor dleft = Tensor::uninitialized(left.shape());
                    gradient.rows(dleft.data(), nullptr);
                    gradients.add(left, std::move(dleft));
                  }
                  if (gradients.wants(right) || gradients.wants(value)) {
                    Tensor dright = Tensor::uninitialized(right.shape()), dvalue = Tensor::uninitialized(value.shape());
                    gradient.columns(dright.data(), dvalue.data());
                    gradients.add(right, std::move(dright));
                    gradients.add(value, std::move(dvalue));
                  }
                });
}

// The same with the scores of edges as an input.
Variable gated_mean(const MessageBlock& block, const Variable& score, const Variable& value) {
  require_shape("gated_mean", "value", value.shape(), {block.num_inputs(), value.cols()});
  require_shape("gated_mean", "score", score.shape(), {block.num_edges(), value.cols()});
  auto mean = std::make_shared<Mean>(mean_of(block, Scores(score), value.value()));
  const std::shared_ptr<const Tensor> y(mean, &mean->y);
  return record("gated_mean", y, {score, value}, [block, score, value, mean](const Tensor& dy, Gradients& gradients) {
    const MeanGradient gradient(block, Scores(score), value.value(), *mean, dy);
    if (gradients.wants(score)) {
      Tensor dscore = Tensor::uninitialized(score.shape());
      gradient.rows(nullptr, dscore.data());
      gradients.add(score, std::move(dscore));
    }
    if (gradients.wants(value)) {
      Tensor dvalue = Tensor::uninitialized(value.shape());
      gradient.columns(nullptr, dvalue.data());
      gradients.add(value, std::move(dvalue));
    }
  });
}

// s = left_v + right_u + e; dleft_v and dright_u are the sums of ds over their edges, de = ds.
Variable edge_scores(const MessageBlock& block, const Variable& left, const Variable& right, const Variable& e) {
  const std::int64_t d = e.cols();
  require_shape("edge_scores", "e", e.shape(), {block.num_edges(), d});
  require_shape("edge_scores", "left", left.shape(), {block.num_outputs(), d});
  require_shape("edge_scores", "right", right.shape(), {block.num_inputs(), d});
  Tensor s = Tensor::uninitialized(e.shape());
  for_pieces(block.offsets(), d, [&](std::int64_t v, std::int64_t column, std::int64_t count, auto zeros) {
    using Vector = decltype(zeros);
    const Vector own = read<Vector>(left.value().data() + v * d + column, count);
    for (EdgeId i = block.offsets()[static_cast<std::size_t>(v)]; i < block.offsets()[static_cast<std::size_t>(v) + 1];
         ++i) {
      const std::int64_t u = block.sources()[static_cast<std::size_t>(i)];
      write(s.data() + i * d + column, count,
            own + read<Vector>(right.value().data() + u * d + column, count) +
                read<Vector>(e.value().data() + i * d + column, count));
    }
  });
  return record("edge_scores", std::move(s), {left, right, e},
                [block, d, left = left.without_value(), right = right.without_value(), e = e.without_value()](
                    Tensor& ds, Gradients& gradients) {
                  const auto sums = [&](const CsrGraph& graph, auto edge_at) {
                    Tensor result = Tensor::uninitialized(graph.num_nodes(), d);
                    const auto offsets = graph.offsets();
                    for_pieces(offsets, d, [&](std::int64_t row, std::int64_t column, std::int64_t count, auto zeros) {
                      using Vector = decltype(zeros);
                      Vector sum = zeros;
                      for (EdgeId i = offsets[static_cast<std::size_t>(row)];
                           i < offsets[static_cast<std::size_t>(row) + 1]; ++i) {
                        sum += read<Vector>(ds.data() + edge_at(i) * d + column, count);
                      }
                      write(result.data() + row * d + column, count, sum);
                    });
                    return result;
                  };
                  if (gradients.wants(left)) {
                    gradients.add(left, sums(block.graph(), [](EdgeId i) { return i; }));
                  }
                  if (gradients.wants(right)) {
                    const ReversedGraph& reversed = block.reversed();
                    gradients.add(right, sums(reversed.graph,
                                              [&](EdgeId i) { return reversed.edge[static_cast<std::size_t>(i)]; }));
                  }
                  if (gradients.wants(e)) {
                    gradients.add(e, std::move(ds));
                  }
                });
}

}  // namespace weft
