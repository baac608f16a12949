#include "weft/tensor/feature_rows.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weft {
namespace {

void check_index(std::span<const std::uint32_t> index, std::int64_t rows) {
  for (const std::uint32_t i : index) {
    require(std::int64_t{i} < rows, "select_rows: index ", i, " is outside [0, ", rows, ")");
  }
}

}  // namespace

Tensor gather_rows(const Tensor& x, std::span<const std::uint32_t> index) {
  constexpr std::size_t kAhead = 8;
  check_index(index, x.rows());
  Tensor result = Tensor::uninitialized(static_cast<std::int64_t>(index.size()), x.cols());
  for (std::size_t i = 0; i < index.size(); ++i) {
    if (i + kAhead < index.size()) {
      const float* ahead = x.data() + std::int64_t{index[i + kAhead]} * x.cols();
      for (std::int64_t j = 0; j < x.cols(); j += 16) {
        __builtin_prefetch(ahead + j);
      }
    }
    std::copy_n(x.data() + std::int64_t{index[i]} * x.cols(), x.cols(),
                result.data() + static_cast<std::int64_t>(i) * x.cols());
  }
  return result;
}

Features select_rows(const Features& features, std::span<const std::uint32_t> index) {
  struct Visitor {
    std::span<const std::uint32_t> index;
    Features operator()(std::monostate) const { return {}; }
    Features operator()(const Tensor& x) const { return gather_rows(x, index); }
    Features operator()(const SparseMatrix& x) const {
      const std::vector<std::int64_t> wide(index.begin(), index.end());
      return select_rows(x, wide);
    }
    Features operator()(const CategoricalMatrix& x) const {
      check_size("select_rows", x);
      check_index(index, x.rows);
      CategoricalMatrix result{.rows = static_cast<std::int64_t>(index.size()),
                               .num_categories = x.num_categories,
                               .values = Buffer<std::int32_t>(index.size() * static_cast<std::size_t>(x.cols()))};
      for (std::size_t i = 0; i < index.size(); ++i) {
        std::copy_n(x.values.data() + std::int64_t{index[i]} * x.cols(), x.cols(),
                    result.values.data() + static_cast<std::int64_t>(i) * x.cols());
      }
      return result;
    }
  };
  return std::visit(Visitor{index}, features);
}

const Features& NodeFeatures::in_memory() const {
  require(!is_in_file(),
          "features: they stay in their file, and were asked for all at once; expected a larger memory limit");
  return in_memory_;
}

Features& NodeFeatures::in_memory() {
  return const_cast<Features&>(std::as_const(*this).in_memory());
}

Features NodeFeatures::rows(std::span<const std::uint32_t> index) const {
  return in_file_ ? in_file_->rows(index) : select_rows(in_memory_, index);
}

}  // namespace weft
