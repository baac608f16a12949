// Rows of numbers in the order in which they came: in memory up to a size, beyond it on disk. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "weft/io/importers/spill_file.hpp"

namespace weft {

class RowStore {
 public:
  /// Holds about so many bytes; the rest goes beside `target` (see spill_file.hpp).
  RowStore(std::filesystem::path target, std::int64_t memory_bytes)
      : target_(std::move(target)), memory_bytes_(memory_bytes) {}

  /// All rows are as long as the first, one number or more.
  void append(std::span<const float> row);
  /// Row rows[i] becomes row i of `out`. Neighbors in the store that are asked for together are read together.
  void read(std::span<const std::int64_t> rows, std::span<float> out) const;

 private:
  std::filesystem::path target_;
  std::int64_t memory_bytes_;
  std::int64_t width_ = 0;
  std::optional<SpillFile> file_;
  std::int64_t spilled_rows_ = 0;
  /// The rows after those that were spilled.
  std::vector<float> tail_;
};

}  // namespace weft
