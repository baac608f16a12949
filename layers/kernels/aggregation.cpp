#include "weft/layers/kernels/aggregation.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/block_weights.hpp"
#include "weft/tensor/sparse_kernels.hpp"

namespace weft {
namespace {

using kernels::GatherSum;

void check_inputs(std::string_view operation, const MessageBlock& block, const Variable& x) {
  require(x.rows() == block.num_inputs(), operation, ": x has shape ", x.shape(), ", expected ", block.num_inputs(),
          " rows, one an input of the block");
}

GatherSum rows_of(const CsrGraph& graph) {
  return {.offsets = graph.offsets(), .columns = graph.sources()};
}

/// Sums over the rows of a block, each edge counting its weight by edge.
GatherSum rows_of(const MessageBlock& block) {
  GatherSum rows = rows_of(block.graph());
  rows.edge_weight = BlockWeights(block).by_edge();
  return rows;
}

/// The same over its columns.
GatherSum columns_of(const MessageBlock& block) {
  GatherSum columns = rows_of(block.reversed().graph);
  columns.edge_weight = reversed_weights(block);
  return columns;
}

Tensor gathered(const GatherSum& rows, const Tensor& x) {
  Tensor y = Tensor::uninitialized(static_cast<std::int64_t>(rows.offsets.size()) - 1, x.cols());
  kernels::gather_sum(rows, x.data(), x.cols(), y.data());
  return y;
}

/// 1 / the sum of the weights by edge, that is the degree, of every row; 0 for rows without edges.
Buffer<float> inverse_degrees(const MessageBlock& block) {
  const CsrGraph& graph = block.graph();
  const auto weights = block.weights();
  Buffer<float> result(static_cast<std::size_t>(graph.num_nodes()));
  parallel_for(graph.num_nodes(), 1 << 15, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      float degree = static_cast<float>(graph.in_degree(static_cast<NodeId>(v)));
      if (!weights.empty()) {
        degree = 0.0F;
        for (EdgeId e = graph.offsets()[static_cast<std::size_t>(v)];
             e < graph.offsets()[static_cast<std::size_t>(v) + 1]; ++e) {
          degree += weights[static_cast<std::size_t>(e)];
        }
      }
      result[static_cast<std::size_t>(v)] = degree > 0 ? 1.0F / degree : 0.0F;
    }
  });
  return result;
}

/// `factor` of each output times the weight of its row, for a block that has weights of rows.
Buffer<float> times_row_weights(const MessageBlock& block, std::span<const float> factor) {
  Buffer<float> result = Buffer<float>::copy_of(factor.first(static_cast<std::size_t>(block.num_outputs())));
  for (std::size_t v = 0; v < result.size(); ++v) {
    result[v] *= block.row_weights()[v];
  }
  return result;
}

}  // namespace

// y = R A x, R the weights of rows; dx = Aᵀ R dy.
Variable aggregate_sum(const MessageBlock& block, const Variable& x) {
  check_inputs("aggregate_sum", block, x);
  GatherSum rows = rows_of(block);
  rows.row_scale = BlockWeights(block).by_row();
  return record("aggregate_sum", gathered(rows, x.value()), {x},
                [block, x = x.without_value()](const Tensor& dy, Gradients& gradients) {
                  GatherSum columns = columns_of(block);
                  columns.column_scale = BlockWeights(block).by_row();
                  gradients.add(x, gathered(columns, dy));
                });
}

// y = D^-1 A x; dx = Aᵀ D^-1 dy. D is made again for the gradient: cheaper than keeping it.
Variable aggregate_mean(const MessageBlock& block, const Variable& x) {
  check_inputs("aggregate_mean", block, x);
  GatherSum rows = rows_of(block);
  const Buffer<float> scale = inverse_degrees(block);
  rows.row_scale = scale.data();
  return record("aggregate_mean", gathered(rows, x.value()), {x},
                [block, x = x.without_value()](const Tensor& dy, Gradients& gradients) {
                  GatherSum columns = columns_of(block);
                  const Buffer<float> column_scale = inverse_degrees(block);
                  columns.column_scale = column_scale.data();
                  gradients.add(x, gathered(columns, dy));
                });
}

GcnNorm::GcnNorm(const MessageBlock& block) : block_(block), numbers_(nullptr) {
  require(block.num_inputs() == block.num_outputs() || !block.origin_degrees().empty(), "GcnNorm: the block has ",
          block.num_inputs(), " inputs and ", block.num_outputs(),
          " outputs and no degrees of the graph it was drawn from, expected as many inputs as outputs or degrees");
  numbers_ = &block.kept<Numbers>("gcn", [&] { return numbers_of(block); });
}

GcnNorm::Numbers GcnNorm::numbers_of(const MessageBlock& block) {
  const auto inputs = static_cast<std::size_t>(block.num_inputs());
  Numbers made{Buffer<float>(inputs), Buffer<float>(static_cast<std::size_t>(block.num_outputs()))};
  const auto degrees = block.origin_degrees();
  parallel_for(block.num_inputs(), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto v = static_cast<NodeId>(i);
      if (i >= block.num_outputs()) {
        made.scale[v] = 1.0F / std::sqrt(degrees[v]);
        continue;
      }
      const auto row = block.graph().sources_of(v);
      const auto loops = std::ranges::equal_range(row, v);
      made.scale[v] =
          1.0F / std::sqrt(degrees.empty() ? static_cast<float>(block.graph().in_degree(v) - std::ssize(loops) + 1)
                                           : degrees[v]);
      // A node's own state counts once, whatever its loops count among the edges that were drawn.
      float counted = 0.0F;
      for (auto loop = loops.begin(); loop != loops.end(); ++loop) {
        counted += BlockWeights(block).of(i, block.offsets()[v] + (loop - row.begin()));
      }
      made.self_weight[v] = made.scale[v] * (1.0F - counted);
    }
  });
  return made;
}

// y = D^-1/2 A D^-1/2 x; dx = D^-1/2 Aᵀ D^-1/2 dy.
Variable aggregate_normalized(const MessageBlock& block, const Variable& x) {
  check_inputs("aggregate_normalized", block, x);
  require(block.num_inputs() == block.num_outputs(), "aggregate_normalized: the block has ", block.num_inputs(),
          " inputs and ", block.num_outputs(), " outputs, expected as many of both");
  const auto normalized = [block](GatherSum rows, const Tensor& input) {
    Buffer<float> scale = inverse_degrees(block);
    for (float& s : std::span<float>(scale)) {
      s = std::sqrt(s);
    }
    rows.row_scale = scale.data();
    rows.column_scale = scale.data();
    return gathered(rows, input);
  };
  return record("aggregate_normalized", normalized(rows_of(block), x.value()), {x},
                [block, normalized, x = x.without_value()](const Tensor& dy, Gradients& gradients) {
                  gradients.add(x, normalized(columns_of(block), dy));
                });
}

namespace {

/// The rows of `x`, then zeros up to `rows` of them.
Tensor padded_rows(const Tensor& x, std::int64_t rows) {
  Tensor result(rows, x.cols());
  std::copy_n(x.data(), x.size(), result.data());
  return result;
}

/// S (R A + I) S x. A row's own state is not weighed: it is not drawn.
Tensor gcn_rows(const GcnNorm& norm, const Tensor& x) {
  const MessageBlock& block = norm.block();
  GatherSum rows = rows_of(block);
  rows.column_scale = norm.scale().data();
  rows.row_scale = norm.scale().data();
  rows.self_weight = norm.self_weight().data();
  if (block.row_weights().empty()) {
    return gathered(rows, x);
  }
  const Buffer<float> row_scale = times_row_weights(block, norm.scale());
  Buffer<float> self_weight = Buffer<float>::copy_of(norm.self_weight());
  for (std::size_t v = 0; v < self_weight.size(); ++v) {
    self_weight[v] /= block.row_weights()[v];
  }
  rows.row_scale = row_scale.data();
  rows.self_weight = self_weight.data();
  return gathered(rows, x);
}

/// S (R A + I)ᵀ S x, with 0 for the own state of inputs that are no outputs.
Tensor gcn_columns(const GcnNorm& norm, const Tensor& x) {
  const MessageBlock& block = norm.block();
  GatherSum columns = columns_of(block);
  columns.row_scale = norm.scale().data();
  columns.column_scale = norm.scale().data();
  Buffer<float> column_scale;
  if (!block.row_weights().empty()) {
    column_scale = times_row_weights(block, norm.scale());
    columns.column_scale = column_scale.data();
  }
  if (block.num_inputs() == block.num_outputs()) {
    columns.self_weight = norm.self_weight().data();
    return gathered(columns, x);
  }
  Buffer<float> self_weight(static_cast<std::size_t>(block.num_inputs()), 0.0F);
  std::ranges::copy(norm.self_weight(), self_weight.begin());
  columns.self_weight = self_weight.data();
  return gathered(columns, padded_rows(x, block.num_inputs()));
}

}  // namespace

// y = S (R A + I) S x; dx = S (R A + I)ᵀ S dy.
Variable aggregate_gcn(const GcnNorm& norm, const Variable& x) {
  check_inputs("aggregate_gcn", norm.block(), x);
  return record("aggregate_gcn", gcn_rows(norm, x.value()), {x},
                [norm, x = x.without_value()](const Tensor& dy, Gradients& gradients) {
                  gradients.add(x, gcn_columns(norm, dy));
                });
}

}  // namespace weft
