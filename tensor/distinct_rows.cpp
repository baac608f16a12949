#include "weft/tensor/distinct_rows.hpp"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

constexpr std::int64_t kMostCombinations = 4096;

/// How many rows could differ, or 0 if those are too many.
std::int64_t num_combinations(const CategoricalMatrix& x) {
  std::int64_t count = 1;
  for (const std::int64_t categories : x.num_categories) {
    if (categories < 1 || categories > kMostCombinations / count) {
      return 0;
    }
    count *= categories;
  }
  return count;
}

/// The number of the combination that row i is, or -1 if a category is out of range.
std::int64_t combination_of(const CategoricalMatrix& x, std::int64_t i) {
  std::int64_t number = 0;
  for (std::int64_t j = 0; j < x.cols(); ++j) {
    const std::int64_t categories = x.num_categories[static_cast<std::size_t>(j)];
    const std::int64_t category = x.values[static_cast<std::size_t>(i * x.cols() + j)];
    if (category < 0 || category >= categories) {
      return -1;
    }
    number = number * categories + category;
  }
  return number;
}

}  // namespace

std::optional<DistinctRows> distinct_rows(const CategoricalMatrix& x) {
  const std::int64_t combinations = num_combinations(x);
  if (combinations == 0 || x.cols() == 0) {
    return std::nullopt;
  }
  std::vector<std::int64_t> row_of(static_cast<std::size_t>(x.rows));
  // Of each combination a row that is it, or -1.
  std::vector<std::int64_t> example(static_cast<std::size_t>(combinations), -1);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::int64_t number = combination_of(x, i);
    if (number < 0) {
      return std::nullopt;
    }
    row_of[static_cast<std::size_t>(i)] = number;
    count += example[static_cast<std::size_t>(number)] < 0 ? 1 : 0;
    example[static_cast<std::size_t>(number)] = i;
  }
  if (2 * count > x.rows) {
    return std::nullopt;
  }
  DistinctRows result{{count, x.num_categories, Buffer<std::int32_t>(static_cast<std::size_t>(count * x.cols()))}, {}};
  auto out = result.rows.values.begin();
  std::int64_t next = 0;
  for (std::int64_t& row : example) {
    if (row >= 0) {
      out = std::copy_n(x.values.begin() + row * x.cols(), x.cols(), out);
      row = next++;
    }
  }
  for (std::int64_t& number : row_of) {
    number = example[static_cast<std::size_t>(number)];
  }
  result.row_of = std::make_shared<const std::vector<std::int64_t>>(std::move(row_of));
  return result;
}

}  // namespace weft
