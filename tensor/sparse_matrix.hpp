// A sparse float32 matrix in compressed rows, for features that are mostly zero (bags of words).
#pragma once

#include <cstdint>
#include <memory>

#include "weft/core/buffer.hpp"
#include "weft/core/types.hpp"
#include "weft/tensor/tensor.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Immutable; copies share the numbers. Row i holds columns[offsets[i] .. offsets[i + 1]) and the
/// values at the same places. The transpose is built with it, because the gradient of X W reads Xᵀ.
class SparseMatrix {
 public:
  SparseMatrix() = default;
  /// Throws ArgumentError unless offsets start at 0, never fall, end at the number of columns given,
  /// and every column is below `cols`.
  SparseMatrix(std::int64_t rows, std::int64_t cols, Buffer<EdgeId> offsets, Buffer<std::uint32_t> columns,
               Buffer<float> values);

  /// One direction of the matrix. `entry[i]` is the number, in row order, of the i-th stored element;
  /// empty for the rows themselves.
  struct Rows {
    std::int64_t rows = 0, cols = 0;
    Buffer<EdgeId> offsets;
    Buffer<std::uint32_t> columns;
    Buffer<float> values;
    Buffer<EdgeId> entry;
  };

  [[nodiscard]] std::int64_t rows() const { return parts_ ? parts_->forward.rows : 0; }
  [[nodiscard]] std::int64_t cols() const { return parts_ ? parts_->forward.cols : 0; }
  [[nodiscard]] Shape shape() const { return {rows(), cols()}; }
  [[nodiscard]] EdgeId num_entries() const { return parts_ ? static_cast<EdgeId>(parts_->forward.columns.size()) : 0; }
  [[nodiscard]] const Rows& by_row() const { return parts_ ? parts_->forward : none(); }
  [[nodiscard]] const Rows& by_column() const { return parts_ ? parts_->transposed : none(); }

  /// The same numbers with zeros written out; for tests and small matrices.
  [[nodiscard]] Tensor to_dense() const;

 private:
  /// Of the empty matrix, in either direction.
  [[nodiscard]] static const Rows& none();

  struct Parts {
    Rows forward, transposed;
  };
  std::shared_ptr<const Parts> parts_;
};

/// The rows of `x` at `index`, in that order.
[[nodiscard]] SparseMatrix select_rows(const SparseMatrix& x, std::span<const std::int64_t> index);

}  // namespace weft
#pragma GCC visibility pop
