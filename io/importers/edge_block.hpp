// A block of lines of edges, parsed. Private.
//
// Method: lines of plain integers and numbers take a short way, all others that of DelimitedRows.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/text_input.hpp"

namespace weft {

/// How many lines there were of a kind that is told of, and the number of the first.
struct LineCount {
  std::int64_t count = 0, first = 0;

  void add(std::int64_t line) { first = count++ == 0 ? line : first; }
  void add(const LineCount& later) {
    first = count == 0 ? later.first : first;
    count += later.count;
  }
};

/// What stands in a column, as far as rows are read.
enum class EdgeColumn : std::uint8_t { skipped, source, target, weight, time, relation };

/// The form of all lines of a file.
struct EdgeLines {
  FieldSplitter splitter = {};
  EdgeForm form = {};
  /// Of the columns up to the last that is read.
  std::vector<EdgeColumn> columns = {};
  /// Of the header, or 0; and of the first row.
  std::int64_t header_line = 0, first_line = 0;
  /// Of the weights; those that are said to be missing are 1.
  CellForm cells = {};
  /// Whether rows whose values are wrong are left out.
  bool leaves_out = false;
};

/// What is parsed of a block, up to its first broken line.
struct ParsedEdges {
  /// Of integers; nodes of other names follow by name.
  std::vector<Edge> edges;
  struct Named {
    std::string_view source, destination;
    std::int64_t line;
  };
  std::vector<Named> named;
  std::vector<float> weights;
  std::vector<std::int64_t> times;
  std::vector<std::string_view> relations;
  LineCount comments, rounded, other_widths, decimals, cut_times, negative, no_weight;
  /// The first row of another width that is no row of a table, or 0, and its width.
  std::int64_t ragged_line = 0;
  std::size_t ragged_width = 0;
  std::deque<std::string> resolved;
  bool has_other_names = false;
  /// Lines that are left out.
  std::vector<std::pair<std::int64_t, std::string>> bad;
  std::int64_t broken_line = 0;
  std::string problem;
};

/// Nodes that are integers become edges, or all are given by name.
void parse_edges(const EdgeLines& lines, const TextBlock& block, bool wants_names, ParsedEdges& out);

}  // namespace weft
