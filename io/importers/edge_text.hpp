// Edges from text, a line each. Private.
//
// Method: blocks of whole lines are read one after the other and parsed in parallel; lines of two plain integers take a
// short way, all others that of DelimitedRows.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/node_names.hpp"
#include "weft/io/importers/text_input.hpp"

namespace weft {

class EdgeText {
 public:
  EdgeText(const std::filesystem::path& path, bool has_weights, OnBadRow on_bad_row)
      : input_(path), has_weights_(has_weights), on_bad_row_(std::move(on_bad_row)) {}

  /// The next edges, some MiB of text, and their weights; false at the end. Nodes are those of `names`, which gets new
  /// ones. Throws DataError naming file and line, and what NodeNames throws.
  [[nodiscard]] bool next(NodeNames& names, std::vector<Edge>& edges, std::vector<float>& weights);

 private:
  /// What is parsed of a block, up to its first broken line.
  struct Parsed {
    /// Of integers; nodes of other names follow by name.
    std::vector<Edge> edges;
    struct Named {
      std::string_view source, destination;
      std::int64_t line;
    };
    std::vector<Named> named;
    std::vector<float> weights;
    std::deque<std::string> resolved;
    bool has_other_names = false;
    /// Lines that are left out.
    std::vector<std::pair<std::int64_t, std::string>> bad;
    std::int64_t broken_line = 0;
    std::string problem;
  };
  class BlockParser;

  bool read_blocks();
  void find_form();
  void append(const Parsed& block, NodeNames& names, std::vector<Edge>& edges, std::vector<float>& weights) const;

  TextInput input_;
  bool has_weights_;
  OnBadRow on_bad_row_;
  bool started_ = false;
  FieldSplitter splitter_;
  /// Of the header, or 0.
  std::int64_t header_line_ = 0;
  std::vector<TextBlock> blocks_;
  std::vector<Parsed> parsed_;
};

}  // namespace weft
