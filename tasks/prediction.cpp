#include "weft/tasks/prediction.hpp"

#include <algorithm>
#include <cmath>

namespace weft {

std::vector<std::int64_t> rows_not_finite(const Tensor& outputs, std::span<const std::int64_t> rows) {
  std::vector<std::int64_t> found;
  const std::int64_t count = rows.empty() ? outputs.rows() : static_cast<std::int64_t>(rows.size());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = rows.empty() ? i : rows[static_cast<std::size_t>(i)];
    require(row >= 0 && row < outputs.rows(), "rows_not_finite: row ", row, " is outside [0, ", outputs.rows(), ")");
    if (!std::ranges::all_of(outputs.row(row), [](float value) { return std::isfinite(value); })) {
      found.push_back(row);
    }
  }
  return found;
}

}  // namespace weft
