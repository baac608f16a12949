// Edges from text, a line each. Private.
//
// Method: blocks of whole lines are read one after the other and parsed in parallel (edge_block.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edge_block.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/node_names.hpp"
#include "weft/io/importers/text_input.hpp"

namespace weft {

/// Some edges, nodes by their places among the names, and what belongs to each of them where that is read.
struct EdgeBatch {
  std::vector<Edge> edges;
  std::vector<float> weights;
  std::vector<std::int64_t> times;
  /// By their places in EdgeText::relations().
  std::vector<std::int32_t> relations;
  /// Whether an edge has to be found again in the file once edges are merged.
  bool wants_places = false;
};

class EdgeText {
 public:
  explicit EdgeText(const EdgelistOptions& options, EdgeRows kind = EdgeRows::edges)
      : input_(options.edges), options_(options), kind_(kind), on_bad_row_(options.on_bad_row) {}

  /// The next edges, some MiB of text; false at the end. Nodes are those of `names`, which gets new ones; of `targets`
  /// the targets, which may be the same object. Throws DataError naming file and line, and what NodeNames throws.
  [[nodiscard]] bool next(NodeNames& names, NodeNames& targets, EdgeBatch& batch);

  /// After the first call of next().
  [[nodiscard]] const EdgeForm& form() const { return lines_.form; }
  [[nodiscard]] const std::vector<std::string>& relations() const { return relations_; }
  /// What was taken for granted, after the last call of next(); a sentence each.
  [[nodiscard]] std::vector<std::string> assumed() const;

 private:
  bool read_blocks();
  void find_form();
  [[nodiscard]] bool is_header_row(const FirstRows& rows);
  void append(const ParsedEdges& block, NodeNames& names, NodeNames& targets, EdgeBatch& batch);

  TextInput input_;
  const EdgelistOptions& options_;
  EdgeRows kind_;
  OnBadRow on_bad_row_;
  bool started_ = false;
  EdgeLines lines_;
  /// What is taken for granted of the first row, or empty.
  std::string of_first_row_;
  std::vector<std::string> relations_;
  std::map<std::string, std::int32_t, std::less<>> relation_of_;
  /// How many rows the first line counts, as OpenKE writes it, or -1; and how many there were.
  std::int64_t declared_rows_ = -1, num_rows_ = 0;
  LineCount comments_, rounded_, other_widths_, decimals_, cut_times_, negative_, no_weight_;
  std::vector<TextBlock> blocks_;
  std::vector<ParsedEdges> parsed_;
};

/// What times of this table are counted in: as the options say, else as they look.
[[nodiscard]] std::string unit_of_times(const EdgelistOptions& options, const EdgeForm& form,
                                        std::span<const std::int64_t> times);

}  // namespace weft
