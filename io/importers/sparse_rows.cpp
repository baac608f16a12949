#include "weft/io/importers/sparse_rows.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "weft/core/types.hpp"
#include "weft/io/declared_extent.hpp"

namespace weft {
namespace {

constexpr std::int64_t kSparseShare = 10;

SparseMatrix from_vectors(std::int64_t rows, std::int64_t cols, const std::vector<EdgeId>& offsets,
                          const std::vector<std::uint32_t>& columns, const std::vector<float>& values) {
  return {rows, cols, Buffer<EdgeId>::copy_of(offsets), Buffer<std::uint32_t>::copy_of(columns),
          Buffer<float>::copy_of(values)};
}

}  // namespace

void check_offsets(const NumberArray& offsets, std::int64_t rows, std::int64_t entries) {
  offsets.expect_rank(1);
  if (offsets.size() == 0 || offsets.size() - 1 != rows) {
    offsets.fail("has ", offsets.size(), " entries, expected ", rows, " rows and one");
  }
  std::int64_t last = 0;
  for (std::int64_t i = 0; i <= rows; ++i) {
    const std::int64_t offset = offsets.integer(i);
    if (offset < last || (i == 0 && offset != 0)) {
      offsets.fail("has ", offset, " at ", i, " after ", last, ", expected values from 0 on that do not fall");
    }
    last = offset;
  }
  if (last != entries) {
    offsets.fail("ends at ", last, ", expected ", entries, ", the number of entries");
  }
}

SparseMatrix to_sparse(const CompressedRows& matrix) {
  matrix.columns.expect_rank(1);
  matrix.values.expect_shape(matrix.columns.shape());
  check_offsets(matrix.offsets, matrix.rows, matrix.columns.size());
  if (matrix.cols < 0 || matrix.cols > kMaxNodes ||
      !is_believable(matrix.cols, matrix.columns.size(), kBelievedColumns)) {
    matrix.columns.fail("belongs to a matrix of ", matrix.cols, " columns, expected at most ", kMaxNodes,
                        ", and an entry for every 64");
  }
  std::vector<EdgeId> offsets = {0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  std::vector<std::pair<std::uint32_t, float>> row;
  for (std::int64_t i = 0; i < matrix.rows; ++i) {
    row.clear();
    for (std::int64_t k = matrix.offsets.integer(i); k < matrix.offsets.integer(i + 1); ++k) {
      const std::int64_t column = matrix.columns.integer(k, "column", 0, matrix.cols - 1);
      row.emplace_back(static_cast<std::uint32_t>(column), matrix.values.real(k));
    }
    std::stable_sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (k > 0 && row[k].first == row[k - 1].first) {
        values.back() += row[k].second;
      } else {
        columns.push_back(row[k].first);
        values.push_back(row[k].second);
      }
    }
    offsets.push_back(static_cast<EdgeId>(columns.size()));
  }
  return from_vectors(matrix.rows, matrix.cols, offsets, columns, values);
}

Features features_of(const NumberArray& matrix) {
  matrix.expect_rank(2);
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t cols = matrix.shape()[1];
  if (cols == 0) {
    return {};
  }
  std::int64_t entries = 0;
  for (std::int64_t i = 0; i < matrix.size(); ++i) {
    entries += matrix.real(i) != 0.0F ? 1 : 0;
  }
  if (entries > matrix.size() / kSparseShare || cols > kMaxNodes) {
    Tensor x = Tensor::uninitialized(rows, cols);
    for (std::int64_t i = 0; i < matrix.size(); ++i) {
      x.data()[i] = matrix.real(i);
    }
    return x;
  }
  std::vector<EdgeId> offsets = {0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < cols; ++j) {
      if (const float value = matrix.real(i * cols + j); value != 0.0F) {
        columns.push_back(static_cast<std::uint32_t>(j));
        values.push_back(value);
      }
    }
    offsets.push_back(static_cast<EdgeId>(columns.size()));
  }
  return from_vectors(rows, cols, offsets, columns, values);
}

}  // namespace weft
