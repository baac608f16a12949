#include "weft/layers/kernels/gin_aggregation.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/block_weights.hpp"
#include "weft/layers/kernels/row_vectors.hpp"
#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/row_gather.hpp"
#include "weft/tensor/sparse_kernels.hpp"

namespace weft {
namespace {

constexpr std::int64_t kEdgesPerChunk = 1024, kRowGrain = 256;

using simd::Float8;

void check(std::string_view operation, const MessageBlock& block, const Variable& x, const Variable& epsilon) {
  require(x.rows() == block.num_inputs(), operation, ": x has shape ", x.shape(), ", expected ", block.num_inputs(),
          " rows, one an input of the block");
  require(epsilon.shape() == Shape({1, 1}), operation, ": epsilon has shape ", epsilon.shape(), ", expected [1, 1]");
}

void check_edges(const MessageBlock& block, const Variable& x, const Variable& e, const RowIndex& row_of_edge) {
  if (!row_of_edge) {
    require(e.cols() == x.cols() && (e.rows() == 1 || e.rows() == block.num_edges()), "aggregate_gine: e has shape ",
            e.shape(), ", expected ", Shape{block.num_edges(), x.cols()}, " or ", Shape{1, x.cols()});
    return;
  }
  require(e.cols() == x.cols(), "aggregate_gine: e has shape ", e.shape(), ", expected ", x.cols(), " columns");
  require(static_cast<std::int64_t>(row_of_edge->size()) == block.num_edges(), "aggregate_gine: row_of_edge has ",
          row_of_edge->size(), " entries, expected ", block.num_edges(), ", one an edge");
  const auto is_outside = [&](std::int64_t row) { return row < 0 || row >= e.rows(); };
  require(std::ranges::none_of(*row_of_edge, is_outside), "aggregate_gine: row_of_edge leaves the ", e.rows(),
          " rows of e");
}

/// A x, edges counting their weights.
Tensor sums_along_rows(const MessageBlock& block, const Tensor& x) {
  const BlockWeights weights(block);
  Tensor y = Tensor::uninitialized(block.num_outputs(), x.cols());
  kernels::gather_sum({.offsets = block.offsets(),
                       .columns = block.sources(),
                       .edge_weight = weights.by_edge(),
                       .row_scale = weights.by_row()},
                      x.data(), x.cols(), y.data());
  return y;
}

/// Aᵀ x
Tensor sums_along_columns(const MessageBlock& block, const Tensor& x) {
  const CsrGraph& graph = block.reversed().graph;
  Tensor y = Tensor::uninitialized(graph.num_nodes(), x.cols());
  kernels::gather_sum({.offsets = graph.offsets(),
                       .columns = graph.sources(),
                       .edge_weight = reversed_weights(block),
                       .column_scale = BlockWeights(block).by_row()},
                      x.data(), x.cols(), y.data());
  return y;
}

/// The first rows of y, as many as `x` and y both have, += factor x.
void add_own(float factor, const Tensor& x, Tensor& y) {
  const std::int64_t size = std::min(x.rows(), y.rows()) * y.cols();
  parallel_for(size, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      y.data()[i] += factor * x.data()[i];
    }
  });
}

/// The gradient of epsilon: the sum over outputs of dy x.
Tensor epsilon_gradient(const Tensor& dy, const Tensor& x) {
  const double total = parallel_sum(dy.rows(), kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    double sum = 0.0;
    for (std::int64_t v = begin; v < end; ++v) {
      sum += static_cast<double>(attention::dot(dy.row(v).data(), x.row(v).data(), dy.cols()));
    }
    return sum;
  });
  return Tensor::full(1, 1, static_cast<float>(total));
}

float own_weight(const Variable& epsilon) {
  return 1.0F + epsilon.value()(0, 0);
}

/// e's row for an edge: its own, one that it shares with some, or the one that all share.
struct EdgeRows {
  EdgeRows(const Tensor& e, const MessageBlock& block, const RowIndex& row_of_edge)
      : data(e.data()),
        row_of(row_of_edge ? row_of_edge->data() : nullptr),
        num_rows(e.rows()),
        stride(!row_of_edge && e.rows() == 1 && block.num_edges() != 1 ? 0 : e.cols()) {}
  [[nodiscard]] const float* of(EdgeId edge) const { return data + place(edge); }
  [[nodiscard]] std::int64_t place(EdgeId edge) const { return (row_of != nullptr ? row_of[edge] : edge) * stride; }
  /// Whether edges may have a row in common; its gradient is a sum.
  [[nodiscard]] bool is_shared() const { return row_of != nullptr || stride == 0; }
  const float* data;
  const std::int64_t* row_of;
  std::int64_t num_rows, stride;
};

/// y_v = own x_v + sum over edges of ReLU(x_u + e).
Tensor messages(const MessageBlock& block, const Tensor& x, const EdgeRows& e, float own) {
  const std::int64_t d = x.cols();
  const BlockWeights weights(block);
  const auto offsets = block.offsets();
  const auto sources = block.sources();
  Tensor y = Tensor::uninitialized(block.num_outputs(), d);
  const auto sum_tile = [&](std::int64_t begin, std::int64_t end, auto vectors, std::int64_t first, std::int64_t width)
      __attribute__((always_inline)) {
    constexpr int kVectors = vectors;
    for (std::int64_t v = begin; v < end; ++v) {
      Float8 sum[kVectors];
      kernels::load_tile<kVectors>(x.data() + v * d + first, width, sum);
      for (Float8& s : sum) {
        s *= own;
      }
      for (EdgeId i = offsets[static_cast<std::size_t>(v)]; i < offsets[static_cast<std::size_t>(v) + 1]; ++i) {
        const float* from = x.data() + std::int64_t{sources[static_cast<std::size_t>(i)]} * d + first;
        const float* edge = e.of(i) + first;
        const float weight = weights.of(v, i);
        for (int j = 0; j < kVectors; ++j) {
          const Float8 z =
              kernels::load_vector<kVectors>(from, j, width) + kernels::load_vector<kVectors>(edge, j, width);
          sum[j] += weight * simd::max(z, Float8{});
        }
      }
      kernels::store_tile<kVectors>(y.data() + v * d + first, width, sum);
    }
  };
  parallel_rows(block.offsets(), kEdgesPerChunk, [&](std::int64_t begin, std::int64_t end) {
    kernels::for_each_tile(
        d, [&](auto vectors, std::int64_t first, std::int64_t width)
               __attribute__((always_inline)) { sum_tile(begin, end, vectors, first, width); });
  });
  return y;
}

/// What becomes of an edge's gradient: nobody wants it, it has a row of its own, or it is added to a row of several.
enum class EdgePart : std::uint8_t { unwanted, stored, added };

struct SumGradients {
  Tensor dx, de;
  /// Of epsilon, where the same sweep makes it.
  std::optional<float> depsilon;
};

/// Gradients of `messages` come back along the edges: with p = [x_u + e > 0], dx_u = own dy_u + sum of p dy_v over the
/// edges u -> v, de = p dy_v. One sweep makes both.
class BackwardSweep {
 public:
  BackwardSweep(const MessageBlock& block, const Tensor& x, const EdgeRows& e, const Tensor& dy, float own)
      : block_(block),
        edges_(block.reversed().edge),
        offsets_(block.reversed().graph.offsets()),
        targets_(block.reversed().graph.sources()),
        weights_(block),
        x_(x),
        dy_(dy),
        e_(e),
        own_(own) {}

  [[nodiscard]] SumGradients run(bool wants_edges) const {
    SumGradients result{Tensor::uninitialized(block_.num_inputs(), x_.cols()), {}, {}};
    if (wants_edges && e_.is_shared()) {
      // A row for each of few kinds of edges: every chunk of inputs adds up its own, and what epsilon gets after them.
      const std::int64_t size = e_.num_rows * x_.cols();
      const Tensor sums = kernels::sum_over_rows(
          block_.num_inputs(), size + 1,
          [&](std::int64_t begin, std::int64_t end, float* de) {
            de[size] = static_cast<float>(pull<EdgePart::added>(begin, end, result.dx, de));
          },
          kRowGrain);
      result.de = Tensor::uninitialized(e_.num_rows, x_.cols());
      std::copy_n(sums.data(), size, result.de.data());
      if (x_.cols() % simd::kLanes == 0) {  // else a tile's last two vectors overlap, and count some products twice
        result.depsilon = sums(0, size);
      }
      return result;
    }
    if (wants_edges) {
      result.de = Tensor::uninitialized(block_.num_edges(), x_.cols());
    }
    parallel_rows(offsets_, kEdgesPerChunk, [&](std::int64_t begin, std::int64_t end) {
      wants_edges ? pull<EdgePart::stored>(begin, end, result.dx, result.de.data())
                  : pull<EdgePart::unwanted>(begin, end, result.dx, nullptr);
    });
    return result;
  }

 private:
  /// Returns the sum of dy x over the inputs that are outputs too: what epsilon gets.
  template <EdgePart kPart>
  double pull(std::int64_t begin, std::int64_t end, Tensor& dx, float* de) const {
    double products = 0.0;
    kernels::for_each_tile(
        x_.cols(), [&](auto vectors, std::int64_t first, std::int64_t width) __attribute__((always_inline)) {
          for (std::int64_t u = begin; u < end; ++u) {
            products += static_cast<double>(pull_tile<kPart, vectors>(u, first, width, dx, de));
          }
        });
    return products;
  }

  template <EdgePart kPart, int kVectors>
  [[gnu::always_inline]] float pull_tile(std::int64_t u, std::int64_t first, std::int64_t width, Tensor& dx,
                                         float* de) const {
    const std::int64_t d = x_.cols();
    Float8 from[kVectors], sum[kVectors] = {}, product = {};
    kernels::load_tile<kVectors>(x_.data() + u * d + first, width, from);
    if (u < dy_.rows()) {
      kernels::load_tile<kVectors>(dy_.data() + u * d + first, width, sum);
      for (int j = 0; j < kVectors; ++j) {
        product += sum[j] * from[j];
        sum[j] *= own_;
      }
    }
    for (auto i = static_cast<std::size_t>(offsets_[static_cast<std::size_t>(u)]);
         i < static_cast<std::size_t>(offsets_[static_cast<std::size_t>(u) + 1]); ++i) {
      const std::int64_t v = targets_[i];
      const EdgeId number = edges_[i];
      const float* gradient = dy_.data() + v * d + first;
      const float* edge = e_.of(number) + first;
      const float weight = weights_.of(v, number);
      Float8 part[kVectors];
      for (int j = 0; j < kVectors; ++j) {
        const Float8 z = from[j] + kernels::load_vector<kVectors>(edge, j, width);
        part[j] = z > 0.0F ? weight * kernels::load_vector<kVectors>(gradient, j, width) : Float8{};
        sum[j] += part[j];
      }
      if constexpr (kPart == EdgePart::stored) {
        kernels::store_tile<kVectors>(de + e_.place(number) + first, width, part);
      } else if constexpr (kPart == EdgePart::added) {
        kernels::add_tile<kVectors>(de + e_.place(number) + first, width, part);
      }
    }
    kernels::store_tile<kVectors>(dx.data() + u * d + first, width, sum);
    return simd::sum(product);
  }

  const MessageBlock& block_;
  /// Of the reversed block: what outputs each input leads to, and by which edges.
  std::span<const EdgeId> edges_, offsets_;
  std::span<const NodeId> targets_;
  BlockWeights weights_;
  const Tensor &x_, &dy_;
  const EdgeRows& e_;
  float own_;
};

}  // namespace

// y = (1 + epsilon) x + A x; dx = (1 + epsilon) dy + Aᵀ dy, depsilon = sum of dy x.
Variable aggregate_gin(const MessageBlock& block, const Variable& x, const Variable& epsilon) {
  check("aggregate_gin", block, x, epsilon);
  Tensor y = sums_along_rows(block, x.value());
  add_own(own_weight(epsilon), x.value(), y);
  return record("aggregate_gin", std::move(y), {x, epsilon},
                [block, x, epsilon](const Tensor& dy, Gradients& gradients) {
                  if (gradients.wants(x)) {
                    Tensor dx = sums_along_columns(block, dy);
                    add_own(own_weight(epsilon), dy, dx);
                    gradients.add(x, std::move(dx));
                  }
                  if (gradients.wants(epsilon)) {
                    gradients.add(epsilon, epsilon_gradient(dy, x.value()));
                  }
                });
}

Variable aggregate_gine(const MessageBlock& block, const Variable& x, const Variable& e, const Variable& epsilon,
                        const RowIndex& row_of_edge) {
  check("aggregate_gine", block, x, epsilon);
  check_edges(block, x, e, row_of_edge);
  Tensor y = messages(block, x.value(), EdgeRows(e.value(), block, row_of_edge), own_weight(epsilon));
  return record("aggregate_gine", std::move(y), {x, e, epsilon},
                [block, x, e, epsilon, row_of_edge](const Tensor& dy, Gradients& gradients) {
                  const EdgeRows rows(e.value(), block, row_of_edge);
                  SumGradients sums;
                  if (gradients.wants(x) || gradients.wants(e)) {
                    sums = BackwardSweep(block, x.value(), rows, dy, own_weight(epsilon)).run(gradients.wants(e));
                    gradients.add(x, std::move(sums.dx));
                  }
                  if (gradients.wants(e)) {
                    gradients.add(e, std::move(sums.de));
                  }
                  if (gradients.wants(epsilon)) {
                    gradients.add(epsilon,
                                  sums.depsilon ? Tensor::full(1, 1, *sums.depsilon) : epsilon_gradient(dy, x.value()));
                  }
                });
}

}  // namespace weft
