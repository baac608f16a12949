#include "weft/tensor/distinct_rows.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

namespace weft {
namespace {

/// Whether every row can have a number of its own that fits.
bool has_numbers(const CategoricalMatrix& x) {
  std::int64_t count = 1;
  for (const std::int64_t categories : x.num_categories) {
    if (categories < 1 || categories > (std::int64_t{1} << 62) / count) {
      return false;
    }
    count *= categories;
  }
  return x.cols() > 0;
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

/// A combination of categories and a row that is it.
struct Kind {
  std::int64_t number, example;
};

/// Combinations by the order in which they were met; an open hash table finds them again.
class Kinds {
 public:
  /// Which kind `number` is; a new one if it was not met before.
  std::int64_t find_or_add(std::int64_t number, std::int64_t row) {
    if (2 * kinds_.size() >= slots_.size()) {
      grow();
    }
    std::int64_t& slot = slots_[slot_of(number)];
    if (slot < 0) {
      slot = static_cast<std::int64_t>(kinds_.size());
      kinds_.push_back({number, row});
    }
    return slot;
  }
  [[nodiscard]] const std::vector<Kind>& all() const { return kinds_; }

 private:
  /// Where `number` is, or the free place where it belongs.
  [[nodiscard]] std::size_t slot_of(std::int64_t number) const {
    // Fibonacci hashing: the upper bits of a product with 2^64 over the golden ratio.
    const std::uint64_t hash = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15U;
    std::size_t slot = hash >> (64 - std::countr_zero(slots_.size()));
    while (slots_[slot] >= 0 && kinds_[static_cast<std::size_t>(slots_[slot])].number != number) {
      slot = (slot + 1) % slots_.size();
    }
    return slot;
  }
  void grow() {
    slots_.assign(std::max<std::size_t>(256, 2 * slots_.size()), -1);
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      slots_[slot_of(kinds_[k].number)] = static_cast<std::int64_t>(k);
    }
  }

  std::vector<std::int64_t> slots_;
  std::vector<Kind> kinds_;
};

}  // namespace

std::optional<DistinctRows> distinct_rows(const CategoricalMatrix& x) {
  if (!has_numbers(x)) {
    return std::nullopt;
  }
  std::vector<std::int64_t> row_of(static_cast<std::size_t>(x.rows));
  Kinds kinds;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    const std::int64_t number = combination_of(x, i);
    if (number < 0 || 2 * static_cast<std::int64_t>(kinds.all().size()) > x.rows) {
      return std::nullopt;
    }
    row_of[static_cast<std::size_t>(i)] = kinds.find_or_add(number, i);
  }
  const auto count = static_cast<std::int64_t>(kinds.all().size());
  if (2 * count > x.rows) {
    return std::nullopt;
  }
  std::vector<std::int64_t> order(kinds.all().size()), place(order.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::ranges::sort(order, {}, [&](std::int64_t k) { return kinds.all()[static_cast<std::size_t>(k)].number; });
  DistinctRows result{{count, x.num_categories, Buffer<std::int32_t>(static_cast<std::size_t>(count * x.cols()))}, {}};
  auto out = result.rows.values.begin();
  std::int64_t next = 0;
  for (const std::int64_t k : order) {
    out = std::copy_n(x.values.begin() + kinds.all()[static_cast<std::size_t>(k)].example * x.cols(), x.cols(), out);
    place[static_cast<std::size_t>(k)] = next++;
  }
  for (std::int64_t& kind : row_of) {
    kind = place[static_cast<std::size_t>(kind)];
  }
  result.row_of = std::make_shared<const std::vector<std::int64_t>>(std::move(row_of));
  return result;
}

}  // namespace weft
