// States of the edges on their way through a model's layers.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/distinct_rows.hpp"

namespace weft {

struct EdgeStates {
  /// [edges, d] in the order of the graph's arrays; [rows, d] where edges share rows; or empty where they have none.
  Variable states = {};
  /// Which row an edge has; null: a row of its own.
  RowIndex row_of_edge = {};

  [[nodiscard]] bool is_empty() const { return states.cols() == 0; }
  /// For some of the edges, by their numbers; the edges must share rows or have no states.
  [[nodiscard]] EdgeStates of(std::span<const std::int64_t> edges) const {
    if (is_empty()) {
      return {};
    }
    require(row_of_edge != nullptr, "EdgeStates::of: the edges have states of their own, expected shared ones");
    auto rows = std::make_shared<std::vector<std::int64_t>>(edges.begin(), edges.end());
    for (std::int64_t& row : *rows) {
      row = (*row_of_edge)[static_cast<std::size_t>(row)];
    }
    return {states, std::move(rows)};
  }
  /// `rows`, made of the states row by row, with a row for each edge.
  [[nodiscard]] Variable for_each_edge(const Variable& rows) const {
    return row_of_edge ? select_rows(rows, *row_of_edge) : rows;
  }
};

}  // namespace weft
