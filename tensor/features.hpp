// The forms in which features of nodes or edges come: dense, sparse, categorical, or none at all.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/tensor/sparse_matrix.hpp"
#include "weft/tensor/tensor.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Integer columns for embedding: [rows, num_categories.size()], row after row, each value of column j
/// in [0, num_categories[j]).
struct CategoricalMatrix {
  std::int64_t rows = 0;
  std::vector<std::int64_t> num_categories;
  Buffer<std::int32_t> values;

  [[nodiscard]] std::int64_t cols() const { return static_cast<std::int64_t>(num_categories.size()); }
};

/// Throws ArgumentError, naming the operation, unless there are as many values as rows and columns say. Whether each is
/// in its range is not looked at.
void check_size(std::string_view operation, const CategoricalMatrix& x);

/// std::monostate: there are no features.
using Features = std::variant<std::monostate, Tensor, SparseMatrix, CategoricalMatrix>;

/// [rows, columns]; [0, 0] where there are no features.
[[nodiscard]] inline Shape shape_of(const Features& features) {
  struct Visitor {
    Shape operator()(std::monostate) const { return {}; }
    Shape operator()(const Tensor& x) const { return x.shape(); }
    Shape operator()(const SparseMatrix& x) const { return x.shape(); }
    Shape operator()(const CategoricalMatrix& x) const { return {x.rows, x.cols()}; }
  };
  return std::visit(Visitor{}, features);
}

/// Each row of dense or sparse features divided by the sum of its absolute values; rows of zeros and
/// categorical features stay as they are.
[[nodiscard]] Features row_normalized(const Features& features);

}  // namespace weft
#pragma GCC visibility pop
