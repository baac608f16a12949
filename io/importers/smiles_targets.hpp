// What texts in columns of targets mean: numbers, yes or no, bounds of values that were not measured, or nothing.
// Private.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/dataset.hpp"

namespace weft {

/// Empty, nan or na.
[[nodiscard]] bool is_no_target(std::string_view text);

/// ">10000", "<= 0.5": a number that the value is beyond.
[[nodiscard]] bool is_bound(std::string_view text);

/// 0, 1, true, false, yes, no, in letters of any size.
[[nodiscard]] std::optional<bool> yes_or_no(std::string_view text);

struct TargetTable {
  /// A name and texts of each column; [columns][rows].
  std::vector<std::string> names = {};
  std::vector<std::vector<std::string>> texts = {};
  /// Nothing: as the texts are.
  std::optional<TaskKind> task = {};
  /// Throws a DataError of that row.
  std::function<void(std::size_t row, const std::string& problem)> fail = {};
};

/// Sets task, labels, classes and names of targets. One column of a classification may have any texts; all else is 0,
/// 1, yes or no, a number, or none.
void set_targets(const TargetTable& table, Dataset& dataset);

}  // namespace weft
