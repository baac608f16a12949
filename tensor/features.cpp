#include "weft/tensor/features.hpp"

#include <cmath>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

void normalize(std::span<float> row) {
  double total = 0.0;
  for (const float x : row) {
    total += std::abs(static_cast<double>(x));
  }
  if (total > 0.0) {
    for (float& x : row) {
      x = static_cast<float>(static_cast<double>(x) / total);
    }
  }
}

CategoricalMatrix copy_of(const CategoricalMatrix& x) {
  return {x.rows, x.num_categories, x.values.clone()};
}

}  // namespace

void check_size(std::string_view operation, const CategoricalMatrix& x) {
  std::int64_t size = 0;
  require(x.rows >= 0 && !__builtin_mul_overflow(x.rows, x.cols(), &size) &&
              static_cast<std::int64_t>(x.values.size()) == size,
          operation, ": ", x.values.size(), " categories were given for ", x.rows, " rows of ", x.cols(),
          " columns, expected one for each");
}

Features row_normalized(const Features& features) {
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    Tensor result = *dense;
    parallel_for(result.rows(), 1024, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        normalize(result.row(i));
      }
    });
    return result;
  }
  if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    const SparseMatrix::Rows& x = sparse->by_row();
    Buffer<float> values = x.values.clone();
    for (std::size_t i = 0; i < static_cast<std::size_t>(x.rows); ++i) {
      normalize(std::span<float>(values).subspan(static_cast<std::size_t>(x.offsets[i]),
                                                 static_cast<std::size_t>(x.offsets[i + 1] - x.offsets[i])));
    }
    return SparseMatrix(x.rows, x.cols, x.offsets.clone(), x.columns.clone(), std::move(values));
  }
  if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    return copy_of(*categorical);
  }
  return std::monostate{};
}

}  // namespace weft
