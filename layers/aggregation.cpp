#include "weft/layers/aggregation.hpp"

#include <cmath>
#include <string_view>

#include "weft/core/parallel.hpp"
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

Tensor gathered(const GatherSum& rows, const Tensor& x) {
  Tensor y = Tensor::uninitialized(static_cast<std::int64_t>(rows.offsets.size()) - 1, x.cols());
  kernels::gather_sum(rows, x.data(), x.cols(), y.data());
  return y;
}

/// 1 / degree of every row, 0 for rows without edges.
Buffer<float> inverse_degrees(const CsrGraph& graph) {
  Buffer<float> result(static_cast<std::size_t>(graph.num_nodes()));
  parallel_for(graph.num_nodes(), 1 << 15, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const std::int64_t degree = graph.in_degree(static_cast<NodeId>(v));
      result[static_cast<std::size_t>(v)] = degree > 0 ? 1.0F / static_cast<float>(degree) : 0.0F;
    }
  });
  return result;
}

}  // namespace

// y = A x; dx = Aᵀ dy.
Variable aggregate_sum(const MessageBlock& block, const Variable& x) {
  check_inputs("aggregate_sum", block, x);
  return record("aggregate_sum", gathered(rows_of(block.graph()), x.value()), {x},
                [block, x = x.without_value()](const Tensor& dy, Gradients& gradients) {
                  gradients.add(x, gathered(rows_of(block.reversed().graph), dy));
                });
}

// y = D^-1 A x; dx = Aᵀ D^-1 dy. D is made again for the gradient: cheaper than keeping it.
Variable aggregate_mean(const MessageBlock& block, const Variable& x) {
  check_inputs("aggregate_mean", block, x);
  GatherSum rows = rows_of(block.graph());
  const Buffer<float> scale = inverse_degrees(block.graph());
  rows.row_scale = scale.data();
  return record("aggregate_mean", gathered(rows, x.value()), {x},
                [block, x = x.without_value()](const Tensor& dy, Gradients& gradients) {
                  GatherSum columns = rows_of(block.reversed().graph);
                  const Buffer<float> column_scale = inverse_degrees(block.graph());
                  columns.column_scale = column_scale.data();
                  gradients.add(x, gathered(columns, dy));
                });
}

GcnNorm::GcnNorm(const MessageBlock& block) : block_(block), numbers_(nullptr) {
  require(block.num_inputs() == block.num_outputs(), "GcnNorm: the block has ", block.num_inputs(), " inputs and ",
          block.num_outputs(), " outputs, expected as many inputs as outputs");
  numbers_ = &block.kept<Numbers>("gcn", [&] { return numbers_of(block); });
}

GcnNorm::Numbers GcnNorm::numbers_of(const MessageBlock& block) {
  const auto n = static_cast<std::size_t>(block.num_outputs());
  Numbers made{Buffer<float>(n), Buffer<float>(n)};
  parallel_for(block.num_outputs(), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto v = static_cast<NodeId>(i);
      const bool has_loop = block.graph().has_edge({v, v});
      made.scale[v] = 1.0F / std::sqrt(static_cast<float>(block.graph().in_degree(v) + (has_loop ? 0 : 1)));
      made.self_weight[v] = has_loop ? 0.0F : made.scale[v];
    }
  });
  return made;
}

// y = D^-1/2 A D^-1/2 x; dx = D^-1/2 Aᵀ D^-1/2 dy.
Variable aggregate_normalized(const MessageBlock& block, const Variable& x) {
  check_inputs("aggregate_normalized", block, x);
  require(block.num_inputs() == block.num_outputs(), "aggregate_normalized: the block has ", block.num_inputs(),
          " inputs and ", block.num_outputs(), " outputs, expected as many of both");
  const auto normalized = [block](const CsrGraph& graph, const Tensor& input) {
    Buffer<float> scale = inverse_degrees(block.graph());
    for (float& s : std::span<float>(scale)) {
      s = std::sqrt(s);
    }
    GatherSum rows = rows_of(graph);
    rows.row_scale = scale.data();
    rows.column_scale = scale.data();
    return gathered(rows, input);
  };
  return record("aggregate_normalized", normalized(block.graph(), x.value()), {x},
                [block, normalized, x = x.without_value()](const Tensor& dy, Gradients& gradients) {
                  gradients.add(x, normalized(block.reversed().graph, dy));
                });
}

// y = S (A + I) S x; dx = S (A + I)ᵀ S dy.
Variable aggregate_gcn(const GcnNorm& norm, const Variable& x) {
  check_inputs("aggregate_gcn", norm.block(), x);
  const auto normalized = [norm](const CsrGraph& graph, const Tensor& input) {
    GatherSum rows = rows_of(graph);
    rows.row_scale = norm.scale().data();
    rows.column_scale = norm.scale().data();
    rows.self_weight = norm.self_weight().data();
    return gathered(rows, input);
  };
  return record("aggregate_gcn", normalized(norm.block().graph(), x.value()), {x},
                [norm, normalized, x = x.without_value()](const Tensor& dy, Gradients& gradients) {
                  gradients.add(x, normalized(norm.block().reversed().graph, dy));
                });
}

}  // namespace weft
