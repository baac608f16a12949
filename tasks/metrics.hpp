// Metrics by name. A row of the table gives a metric's meaning and how it is computed from each kind of outputs that it
// is for; options, checks, reports and figures come from it. A new metric is a function and a row.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/tasks/prediction.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft {

struct MetricInfo {
  std::string_view name;
  std::string_view summary;
  bool higher_is_better = true;
};

class LinkResults;

/// Null: the metric is not for such outputs. Rows are those that have a label.
struct Metric {
  MetricInfo info;
  /// Of logits of classes [n, c] against the class of each row.
  double (*of_classes)(const Tensor& logits, std::span<const std::int64_t> classes,
                       std::span<const std::int64_t> rows) = nullptr;
  /// Of scores [n, t] against several yes-or-no labels [n, t], NaN where one is missing.
  double (*of_labels)(const Tensor& scores, const Tensor& labels, std::span<const std::int64_t> rows) = nullptr;
  /// Of numbers [n, t] against numbers.
  double (*of_values)(const Tensor& outputs, const Tensor& targets, std::span<const std::int64_t> rows) = nullptr;
  /// Of links against pairs that are none.
  double (*of_links)(const LinkResults& results) = nullptr;
  /// Whether it must be known which nodes are users.
  bool needs_users = false;
  /// Of generated graphs: their task computes it itself.
  bool of_graphs = false;

  [[nodiscard]] bool is_for(OutputKind outputs) const;
};

/// Every metric, in the order in which they are shown.
[[nodiscard]] std::span<const Metric> metrics();
/// Throws ArgumentError naming the nearest metric if there is none of that name.
[[nodiscard]] const Metric& metric_named(std::string_view name);
/// The names of those for such outputs, ascending.
[[nodiscard]] std::vector<std::string> metric_names(OutputKind outputs);

}  // namespace weft
