#include "weft/tensor/row_ranges.hpp"

#include <algorithm>
#include <vector>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

/// Where each range's rows go; one more at the end.
std::vector<std::int64_t> places_of(std::span<const RowRange> ranges, std::int64_t rows) {
  std::vector<std::int64_t> places = {0};
  for (const RowRange& range : ranges) {
    require(range.begin >= 0 && range.begin <= range.end && range.end <= rows, "rows_in: rows ", range.begin, " to ",
            range.end, " of ", rows, " were asked for");
    places.push_back(places.back() + range.end - range.begin);
  }
  return places;
}

/// Rows of `cols` elements each from `from` to `to`, range after range.
template <class T>
void copy_ranges(const T* from, std::int64_t cols, std::span<const RowRange> ranges,
                 std::span<const std::int64_t> places, T* to) {
  parallel_for(static_cast<std::int64_t>(ranges.size()), 64, [&](std::int64_t first, std::int64_t last) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      std::copy(from + ranges[i].begin * cols, from + ranges[i].end * cols, to + places[i] * cols);
    }
  });
}

CategoricalMatrix rows_in(const CategoricalMatrix& x, std::span<const RowRange> ranges) {
  check_size("rows_in", x);
  const std::vector<std::int64_t> places = places_of(ranges, x.rows);
  CategoricalMatrix y{places.back(), x.num_categories,
                      Buffer<std::int32_t>(static_cast<std::size_t>(places.back() * x.cols()))};
  copy_ranges(x.values.data(), x.cols(), ranges, places, y.values.data());
  return y;
}

SparseMatrix rows_in(const SparseMatrix& x, std::span<const RowRange> ranges) {
  std::vector<std::int64_t> index;
  for (const RowRange& range : ranges) {
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      index.push_back(i);
    }
  }
  return select_rows(x, index);
}

}  // namespace

Tensor rows_in(const Tensor& x, std::span<const RowRange> ranges) {
  const std::vector<std::int64_t> places = places_of(ranges, x.rows());
  Tensor y = Tensor::uninitialized(places.back(), x.cols());
  copy_ranges(x.data(), x.cols(), ranges, places, y.data());
  return y;
}

Features rows_in(const Features& x, std::span<const RowRange> ranges) {
  if (const auto* dense = std::get_if<Tensor>(&x)) {
    return rows_in(*dense, ranges);
  }
  if (const auto* sparse = std::get_if<SparseMatrix>(&x)) {
    return rows_in(*sparse, ranges);
  }
  if (const auto* categorical = std::get_if<CategoricalMatrix>(&x)) {
    return rows_in(*categorical, ranges);
  }
  return std::monostate{};
}

}  // namespace weft
