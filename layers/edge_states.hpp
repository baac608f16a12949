// States of the edges on their way through a model's layers.
#pragma once

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/distinct_rows.hpp"

namespace weft {

struct EdgeStates {
  /// [edges, d] in the order of the graph's arrays; [rows, d] where edges share rows; or empty where they have none.
  Variable states = {};
  /// Which row an edge has; null: a row of its own.
  RowIndex row_of_edge = {};

  [[nodiscard]] bool is_empty() const { return states.cols() == 0; }
  /// `rows`, made of the states row by row, with a row for each edge.
  [[nodiscard]] Variable for_each_edge(const Variable& rows) const {
    return row_of_edge ? select_rows(rows, *row_of_edge) : rows;
  }
};

}  // namespace weft
