#include "weft/io/importers/ogb_tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr std::int64_t kMostClasses = 1 << 24;

/// Where each row of a table belongs among all.
struct Places {
  const std::vector<std::int64_t>* rows;
  std::int64_t count;
  [[nodiscard]] std::int64_t of(std::int64_t i) const {
    return rows == nullptr ? i : (*rows)[static_cast<std::size_t>(i)];
  }
};

bool is_in_range(const OgbTable& table, float lowest, float highest) {
  return table.integers && std::ranges::all_of(table.values, [&](float value) {
           return std::isnan(value) || (value >= lowest && value <= highest);
         });
}

}  // namespace

FolderText open_member(const TextFolder& folder, const std::string& name) {
  if (!folder.has(name)) {
    throw DataError(folder.path_of(name), "", "is missing");
  }
  return folder.open(name);
}

OgbTable read_ogb_table(const TextFolder& folder, const std::string& name, const OgbRows& expected, NotANumber nan) {
  const FolderText text = open_member(folder, name);
  NumberRows rows(*text);
  OgbTable table;
  for (; rows.next(); ++table.rows) {
    if (table.rows == expected.count) {
      rows.fail(concat("is one row more than ", expected.count, ", one for each ", expected.of));
    }
    table.cols = rows.cols();
    for (std::int64_t j = 0; j < table.cols; ++j) {
      const float value = rows.real(j, nan);
      table.values.push_back(value);
      table.integers = table.integers && (std::isnan(value) || rows.is_integer(j));
    }
  }
  if (table.rows != expected.count) {
    throw DataError(folder.path_of(name), "",
                    concat("has ", table.rows, " rows, expected ", expected.count, ", one for each ", expected.of));
  }
  return table;
}

std::vector<std::int64_t> read_ogb_column(const TextFolder& folder, const std::string& name, const char* what,
                                          std::int64_t highest) {
  const FolderText text = open_member(folder, name);
  NumberRows rows(*text);
  std::vector<std::int64_t> values;
  while (rows.next()) {
    rows.expect_cols(1);
    values.push_back(rows.integer(0, what, 0, highest));
  }
  return values;
}

void set_ogb_labels(const OgbTable& table, bool of_graphs, bool regression, Dataset& dataset,
                    const std::vector<std::int64_t>* rows) {
  const bool classes = table.cols == 1 && is_in_range(table, 0.0F, static_cast<float>(kMostClasses));
  const bool classify = !regression && (classes || (table.cols > 1 && is_in_range(table, 0.0F, 1.0F)));
  dataset.task = of_graphs ? (classify ? TaskKind::graph_classification : TaskKind::graph_regression)
                           : (classify ? TaskKind::node_classification : TaskKind::node_regression);
  Labels& labels = of_graphs ? dataset.graph_labels : dataset.node_labels;
  const Places places{rows, rows == nullptr ? table.rows : dataset.graph.num_nodes()};
  if (!classify || table.cols > 1) {
    dataset.num_classes = classify ? 2 : 0;
    Tensor targets = Tensor::full(places.count, table.cols, std::numeric_limits<float>::quiet_NaN());
    for (std::int64_t i = 0; i < table.rows; ++i) {
      std::copy_n(table.values.begin() + i * table.cols, table.cols, targets.row(places.of(i)).begin());
    }
    labels = std::move(targets);
    return;
  }
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(places.count), -1);
  for (std::int64_t i = 0; i < table.rows; ++i) {
    const float value = table.values[static_cast<std::size_t>(i)];
    const std::int64_t number = std::isnan(value) ? -1 : static_cast<std::int64_t>(value);
    numbers[static_cast<std::size_t>(places.of(i))] = number;
    dataset.num_classes = std::max(dataset.num_classes, number + 1);
  }
  labels = std::move(numbers);
}

}  // namespace weft
