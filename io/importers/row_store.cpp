#include "weft/io/importers/row_store.hpp"

#include <algorithm>

namespace weft {

void RowStore::append(std::span<const float> row) {
  width_ = static_cast<std::int64_t>(row.size());
  tail_.insert(tail_.end(), row.begin(), row.end());
  const auto bytes = static_cast<std::int64_t>(tail_.size() * sizeof(float));
  if (bytes < memory_bytes_) {
    return;
  }
  if (!file_) {
    file_.emplace(target_);
  }
  file_->append(tail_.data(), bytes);
  spilled_rows_ += static_cast<std::int64_t>(tail_.size()) / width_;
  tail_.clear();
}

void RowStore::read(std::span<const std::int64_t> rows, std::span<float> out) const {
  const auto width = static_cast<std::size_t>(width_);
  for (std::size_t i = 0; i < rows.size();) {
    if (rows[i] >= spilled_rows_) {
      std::copy_n(tail_.begin() + (rows[i] - spilled_rows_) * width_, width_,
                  out.begin() + static_cast<std::ptrdiff_t>(i * width));
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    while (end < rows.size() && rows[end] == rows[end - 1] + 1 && rows[end] < spilled_rows_) {
      ++end;
    }
    const auto row_bytes = width_ * static_cast<std::int64_t>(sizeof(float));
    file_->read(rows[i] * row_bytes, out.data() + i * width, static_cast<std::int64_t>(end - i) * row_bytes);
    i = end;
  }
}

}  // namespace weft
