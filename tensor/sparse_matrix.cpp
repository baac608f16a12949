#include "weft/tensor/sparse_matrix.hpp"

#include <algorithm>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

/// Counting sort by column, one pass in row order: rows ascend within each column.
SparseMatrix::Rows transposed(const SparseMatrix::Rows& x) {
  SparseMatrix::Rows t;
  t.rows = x.cols;
  t.cols = x.rows;
  t.offsets = Buffer<EdgeId>(static_cast<std::size_t>(x.cols) + 1, 0);
  t.columns = Buffer<std::uint32_t>(x.columns.size());
  t.values = Buffer<float>(x.values.size());
  t.entry = Buffer<EdgeId>(x.columns.size());
  for (const std::uint32_t column : x.columns) {
    ++t.offsets[column + std::size_t{1}];
  }
  for (std::size_t j = 0; j < static_cast<std::size_t>(x.cols); ++j) {
    t.offsets[j + 1] += t.offsets[j];
  }
  Buffer<EdgeId> next = t.offsets.clone();
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (EdgeId e = x.offsets[static_cast<std::size_t>(i)]; e < x.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
      const auto place = static_cast<std::size_t>(next[x.columns[static_cast<std::size_t>(e)]]++);
      t.columns[place] = static_cast<std::uint32_t>(i);
      t.values[place] = x.values[static_cast<std::size_t>(e)];
      t.entry[place] = e;
    }
  }
  return t;
}

}  // namespace

SparseMatrix::SparseMatrix(std::int64_t rows, std::int64_t cols, Buffer<EdgeId> offsets, Buffer<std::uint32_t> columns,
                           Buffer<float> values) {
  require(rows >= 0 && rows <= kMaxNodes && cols >= 0 && cols <= kMaxNodes, "SparseMatrix: shape is ",
          Shape{rows, cols}, ", expected extents from 0 to ", kMaxNodes);
  require(static_cast<std::int64_t>(offsets.size()) == rows + 1, "SparseMatrix: there are ", offsets.size(),
          " offsets, expected rows + 1 = ", rows + 1);
  require(columns.size() == values.size(), "SparseMatrix: there are ", columns.size(), " columns and ", values.size(),
          " values, expected as many");
  require(offsets[0] == 0, "SparseMatrix: offsets start at ", offsets[0], ", expected 0");
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    require(offsets[i] <= offsets[i + 1], "SparseMatrix: offsets fall after row ", i);
  }
  require(static_cast<std::size_t>(offsets[static_cast<std::size_t>(rows)]) == columns.size(),
          "SparseMatrix: offsets end at ", offsets[static_cast<std::size_t>(rows)],
          ", expected the number of entries, ", columns.size());
  for (std::size_t e = 0; e < columns.size(); ++e) {
    require(columns[e] < cols, "SparseMatrix: entry ", e, " is in column ", columns[e], ", expected below ", cols);
  }
  auto parts = std::make_shared<Parts>();
  parts->forward = {rows, cols, std::move(offsets), std::move(columns), std::move(values), {}};
  parts->transposed = transposed(parts->forward);
  parts_ = std::move(parts);
}

const SparseMatrix::Rows& SparseMatrix::none() {
  static const Rows kNone{.offsets = Buffer<EdgeId>(1, 0), .columns = {}, .values = {}, .entry = {}};
  return kNone;
}

Tensor SparseMatrix::to_dense() const {
  Tensor dense(rows(), cols());
  for (std::int64_t i = 0; i < rows(); ++i) {
    const Rows& x = by_row();
    for (EdgeId e = x.offsets[static_cast<std::size_t>(i)]; e < x.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
      dense(i, x.columns[static_cast<std::size_t>(e)]) += x.values[static_cast<std::size_t>(e)];
    }
  }
  return dense;
}

SparseMatrix select_rows(const SparseMatrix& x, std::span<const std::int64_t> index) {
  const SparseMatrix::Rows& from = x.by_row();
  Buffer<EdgeId> offsets(index.size() + 1);
  offsets[0] = 0;
  for (std::size_t i = 0; i < index.size(); ++i) {
    require(index[i] >= 0 && index[i] < x.rows(), "select_rows: index ", index[i], " is outside [0, ", x.rows(), ")");
    const auto row = static_cast<std::size_t>(index[i]);
    offsets[i + 1] = offsets[i] + from.offsets[row + 1] - from.offsets[row];
  }
  Buffer<std::uint32_t> columns(static_cast<std::size_t>(offsets[index.size()]));
  Buffer<float> values(columns.size());
  for (std::size_t i = 0; i < index.size(); ++i) {
    const EdgeId begin = from.offsets[static_cast<std::size_t>(index[i])];
    std::copy_n(from.columns.data() + begin, offsets[i + 1] - offsets[i], columns.data() + offsets[i]);
    std::copy_n(from.values.data() + begin, offsets[i + 1] - offsets[i], values.data() + offsets[i]);
  }
  return SparseMatrix(static_cast<std::int64_t>(index.size()), x.cols(), std::move(offsets), std::move(columns),
                      std::move(values));
}

}  // namespace weft
