#include "weft/layers/gin_aggregation.hpp"

#include <algorithm>
#include <string_view>

#include "weft/core/parallel.hpp"
#include "weft/layers/block_weights.hpp"
#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/sparse_kernels.hpp"

namespace weft {
namespace {

constexpr std::int64_t kEdgesPerChunk = 4096;

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
  const double total = parallel_sum(dy.size(), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    double sum = 0.0;
    for (std::int64_t i = begin; i < end; ++i) {
      sum += static_cast<double>(dy.data()[i]) * static_cast<double>(x.data()[i]);
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
  [[nodiscard]] const float* of(EdgeId edge) const { return data + row(edge) * stride; }
  [[nodiscard]] std::int64_t row(EdgeId edge) const { return row_of != nullptr ? row_of[edge] : edge; }
  [[nodiscard]] bool is_one() const { return stride == 0; }
  const float* data;
  const std::int64_t* row_of;
  std::int64_t num_rows, stride;
};

/// y_v = sum over edges of ReLU(x_u + e).
Tensor messages(const MessageBlock& block, const Tensor& x, const EdgeRows& e) {
  const std::int64_t d = x.cols();
  const BlockWeights weights(block);
  Tensor y(block.num_outputs(), d);
  parallel_rows(block.offsets(), kEdgesPerChunk, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      float* sum = y.data() + v * d;
      for (EdgeId i = block.offsets()[static_cast<std::size_t>(v)];
           i < block.offsets()[static_cast<std::size_t>(v) + 1]; ++i) {
        const float* from = x.data() + std::int64_t{block.sources()[static_cast<std::size_t>(i)]} * d;
        const float* edge = e.of(i);
        const float weight = weights.of(v, i);
        for (std::int64_t j = 0; j < d; ++j) {
          sum[j] += weight * std::max(0.0F, from[j] + edge[j]);
        }
      }
    }
  });
  return y;
}

/// dx_u = sum over edges u -> v of dy_v where the message was positive.
Tensor input_gradient(const MessageBlock& block, const Tensor& x, const EdgeRows& e, const Tensor& dy) {
  const std::int64_t d = x.cols();
  const ReversedGraph& reversed = block.reversed();
  const auto offsets = reversed.graph.offsets();
  const BlockWeights weights(block);
  Tensor dx(block.num_inputs(), d);
  parallel_rows(offsets, kEdgesPerChunk, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t u = begin; u < end; ++u) {
      const float* own = x.data() + u * d;
      float* sum = dx.data() + u * d;
      for (auto i = static_cast<std::size_t>(offsets[static_cast<std::size_t>(u)]);
           i < static_cast<std::size_t>(offsets[static_cast<std::size_t>(u) + 1]); ++i) {
        const std::int64_t v = reversed.graph.sources()[i];
        const float* gradient = dy.data() + v * d;
        const float* edge = e.of(reversed.edge[i]);
        const float weight = weights.of(v, reversed.edge[i]);
        for (std::int64_t j = 0; j < d; ++j) {
          sum[j] += own[j] + edge[j] > 0.0F ? weight * gradient[j] : 0.0F;
        }
      }
    }
  });
  return dx;
}

/// de of an edge u -> v = dy_v where the message was positive. [edges, d]
Tensor edge_gradient(const MessageBlock& block, const Tensor& x, const EdgeRows& e, const Tensor& dy) {
  const std::int64_t d = x.cols();
  const BlockWeights weights(block);
  Tensor de = Tensor::uninitialized(block.num_edges(), d);
  parallel_rows(block.offsets(), kEdgesPerChunk, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const float* gradient = dy.data() + v * d;
      for (EdgeId i = block.offsets()[static_cast<std::size_t>(v)];
           i < block.offsets()[static_cast<std::size_t>(v) + 1]; ++i) {
        const float* from = x.data() + std::int64_t{block.sources()[static_cast<std::size_t>(i)]} * d;
        const float* edge = e.of(i);
        float* out = de.data() + i * d;
        const float weight = weights.of(v, i);
        for (std::int64_t j = 0; j < d; ++j) {
          out[j] = from[j] + edge[j] > 0.0F ? weight * gradient[j] : 0.0F;
        }
      }
    }
  });
  return de;
}

/// The same where edges share rows: the sums of it over the edges of each row. [rows, d]
Tensor shared_edge_gradient(const MessageBlock& block, const Tensor& x, const EdgeRows& e, const Tensor& dy) {
  const std::int64_t d = x.cols();
  const BlockWeights weights(block);
  const Tensor sums =
      kernels::sum_over_rows(block.num_outputs(), e.num_rows * d, [&](std::int64_t begin, std::int64_t end, float* de) {
        for (std::int64_t v = begin; v < end; ++v) {
          const float* gradient = dy.data() + v * d;
          for (EdgeId i = block.offsets()[static_cast<std::size_t>(v)];
               i < block.offsets()[static_cast<std::size_t>(v) + 1]; ++i) {
            const float* from = x.data() + std::int64_t{block.sources()[static_cast<std::size_t>(i)]} * d;
            const float* edge = e.of(i);
            float* out = de + e.row(i) * d;
            const float weight = weights.of(v, i);
            for (std::int64_t j = 0; j < d; ++j) {
              out[j] += from[j] + edge[j] > 0.0F ? weight * gradient[j] : 0.0F;
            }
          }
        }
      });
  return Tensor::from_buffer(e.num_rows, d, Buffer<float>::copy_of(sums.values()));
}

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

// y_v = (1 + epsilon) x_v + sum of ReLU(x_u + e); with p = [x_u + e > 0] of an edge: dx_u = (1 + epsilon) dy_u +
// sum of p dy_v, de = p dy_v, summed over the edges that share e; where all do, that is the sum over all nodes of the
// second part of dx.
Variable aggregate_gine(const MessageBlock& block, const Variable& x, const Variable& e, const Variable& epsilon,
                        const RowIndex& row_of_edge) {
  check("aggregate_gine", block, x, epsilon);
  check_edges(block, x, e, row_of_edge);
  Tensor y = messages(block, x.value(), EdgeRows(e.value(), block, row_of_edge));
  add_own(own_weight(epsilon), x.value(), y);
  return record("aggregate_gine", std::move(y), {x, e, epsilon},
                [block, x, e, epsilon, row_of_edge](const Tensor& dy, Gradients& gradients) {
                  const EdgeRows rows(e.value(), block, row_of_edge);
                  if (gradients.wants(x) || (rows.is_one() && gradients.wants(e))) {
                    Tensor dx = input_gradient(block, x.value(), rows, dy);
                    if (rows.is_one() && gradients.wants(e)) {
                      gradients.add(e, kernels::column_sums(dx));
                    }
                    add_own(own_weight(epsilon), dy, dx);
                    gradients.add(x, std::move(dx));
                  }
                  if (!rows.is_one() && gradients.wants(e)) {
                    gradients.add(e, row_of_edge ? shared_edge_gradient(block, x.value(), rows, dy)
                                                 : edge_gradient(block, x.value(), rows, dy));
                  }
                  if (gradients.wants(epsilon)) {
                    gradients.add(epsilon, epsilon_gradient(dy, x.value()));
                  }
                });
}

}  // namespace weft
