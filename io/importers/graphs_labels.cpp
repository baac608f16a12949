#include "weft/io/importers/graphs_labels.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edgelist_tables.hpp"
#include "weft/io/importers/smiles_targets.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

using Column = GraphsTable::Column;

constexpr int kNumRandomSplits = 3;
constexpr std::array<std::string_view, 5> kLabelWords = {"label", "target", "y", "class", "graph_label"};
constexpr std::array<std::string_view, 1> kSplitWords = {"split"};

class LabelReader {
 public:
  LabelReader(const GraphsOptions& options, std::span<const std::string> known, GraphsTable& graphs, Dataset& data)
      : options_(options), known_(known), graphs_(graphs), data_(data) {}

  /// The names of the columns, a line each.
  std::string read_labels() {
    std::string names;
    std::vector<Column> columns;
    for (const std::string& name : options_.label_columns) {
      columns.push_back(graphs_.named(name));
    }
    // Graphs that are like others may have no labels.
    for (const std::string& name : known_) {
      if (std::ranges::find(graphs_.cells.header(), name) != graphs_.cells.header().end()) {
        columns.push_back(graphs_.named(name));
      }
    }
    if (columns.empty()) {
      const bool is_by_place = !graphs_.has_header && graphs_.cells.num_columns() > 1;
      if (const Column column = is_by_place ? graphs_.named("2") : graphs_.find("", kLabelWords)) {
        columns.push_back(column);
      }
    }
    for (const Column& column : columns) {
      names += concat(names.empty() ? "" : "\n", graphs_.cells.header()[*column]);
    }
    if (columns.empty()) {
      data_.task = TaskKind::generation;
      data_.assumed.push_back(concat("no column of ", graphs_.file, " is called label, so graphs have none (--label)"));
      return names;
    }
    TargetTable table;
    for (const Column& column : columns) {
      table.names.push_back(graphs_.cells.header()[*column]);
      table.texts.emplace_back();
      for (std::size_t row = 0; row < graphs_.cells.num_rows(); ++row) {
        const std::string_view text = graphs_.cells.cell(row, *column);
        const bool is_none = graphs_.cells.is_missing(row, *column);
        table.texts.back().push_back(is_none ? std::string() : with_point(graphs_.cells, text));
      }
    }
    check_numbers(columns, table);
    table.fail = [&](std::size_t row, const std::string& problem) { graphs_.cells.fail(row, problem); };
    set_targets(table, data_);
    return names;
  }

  /// Classes of one column unless its values are numbers with a fraction, or --regression says so.
  void check_numbers(const std::vector<Column>& columns, TargetTable& table) {
    const std::vector<std::string>& texts = table.texts.front();
    const auto is_fraction = [](const std::string& text) {
      return parse_real(text) && parse_id(without_zeros(text)) < 0 && text != "-1";
    };
    if (options_.regression) {
      table.task = TaskKind::graph_regression;
    } else if (columns.size() == 1) {
      const bool are_numbers =
          std::ranges::all_of(texts, [](const std::string& text) { return text.empty() || parse_real(text); }) &&
          std::ranges::any_of(texts, is_fraction);
      table.task = are_numbers ? TaskKind::graph_regression : TaskKind::graph_classification;
      if (are_numbers) {
        data_.assumed.push_back(concat("column '", table.names.front(), "' of ", graphs_.file,
                                       " holds numbers with fractions, which are predicted as numbers"));
      } else {
        for (std::string& text : table.texts.front()) {
          text = text == "-1" ? std::string() : std::string(without_zeros(text));
        }
      }
    }
    for (std::size_t j = 0; table.task != TaskKind::graph_classification && j < columns.size(); ++j) {
      for (std::size_t row = 0; row < table.texts[j].size(); ++row) {
        const std::string& text = table.texts[j][row];
        if (!text.empty() && !parse_real(text) && !yes_or_no(text)) {
          graphs_.cells.fail(row, concat("'", text.substr(0, 40), "' in column '", table.names[j], "' is no number"));
        }
      }
    }
  }

  /// A number with a decimal comma, where they are read so, as others are written.
  static std::string with_point(const TextTable& cells, std::string_view text) {
    std::string result(text);
    if (cells.form().decimal == ',' && parse_real_with_comma(text)) {
      std::ranges::replace(result, ',', '.');
    }
    return result;
  }

  /// Graphs that a part may hold.
  [[nodiscard]] bool is_labeled(std::size_t graph) const {
    const auto* classes = std::get_if<std::vector<std::int64_t>>(&data_.graph_labels);
    return classes == nullptr || (*classes)[graph] >= 0;
  }

  void read_splits() {
    if (const Column column = graphs_.find(options_.split_column, kSplitWords)) {
      Split split{.name = "public"};
      std::int64_t unlabeled = 0;
      for (std::size_t row = 0; row < graphs_.cells.num_rows(); ++row) {
        const std::string_view word = graphs_.cells.cell(row, *column);
        if (graphs_.cells.is_missing(row, *column)) {
          continue;
        }
        const std::optional<SplitPart> part = part_named(word);
        if (!part) {
          graphs_.cells.fail(row, concat("'", word.substr(0, 40), "' in column '", graphs_.cells.header()[*column],
                                         "' is not a set, expected train, val or test"));
        }
        if (!is_labeled(row)) {
          ++unlabeled;
          continue;
        }
        (*part == SplitPart::train ? split.train
         : *part == SplitPart::val ? split.val
                                   : split.test)
            .push_back(static_cast<std::int64_t>(row));
      }
      if (unlabeled > 0) {
        data_.assumed.push_back(concat(unlabeled, " graphs of the split have no label and are in no part"));
      }
      data_.splits.push_back(std::move(split));
      return;
    }
    for (int i = 0; i < kNumRandomSplits; ++i) {
      const std::string name = concat("rand", i);
      const Random random = Random(options_.seed).stream(static_cast<std::uint64_t>(i));
      const auto* classes = std::get_if<std::vector<std::int64_t>>(&data_.graph_labels);
      data_.splits.push_back(classes != nullptr ? stratified_split(name, *classes, data_.num_classes, {}, random)
                                                : random_split(name, data_.num_graphs(), {}, random));
    }
  }

 private:
  const GraphsOptions& options_;
  std::span<const std::string> known_;
  GraphsTable& graphs_;
  Dataset& data_;
};

}  // namespace

std::string read_graph_labels(const GraphsOptions& options, std::span<const std::string> known, GraphsTable& graphs,
                              Dataset& data) {
  return LabelReader(options, known, graphs, data).read_labels();
}

void read_graph_splits(const GraphsOptions& options, GraphsTable& graphs, Dataset& data) {
  LabelReader(options, {}, graphs, data).read_splits();
}

}  // namespace weft
