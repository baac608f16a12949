#include "weft/io/importers/graphs_importer.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/core/random.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/edgelist_tables.hpp"
#include "weft/io/importers/merged_edges.hpp"
#include "weft/io/importers/smiles_columns.hpp"
#include "weft/io/importers/smiles_targets.hpp"
#include "weft/io/importers/table_encoder.hpp"
#include "weft/io/importers/text_table.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;
using Column = std::optional<std::size_t>;

constexpr int kNumRandomSplits = 3;
constexpr std::array<std::string_view, 4> kGraphWords = {"graph_id", "graph", "gid", "graph_index"};
constexpr std::array<std::string_view, 4> kNodeWords = {"node_id", "node", "nid", "id"};
constexpr std::array<std::string_view, 5> kSourceWords = {"source", "src", "src_id", "source_id", "from"};
constexpr std::array<std::string_view, 6> kTargetWords = {"target", "dst", "dst_id", "target_id", "to", "destination"};
constexpr std::array<std::string_view, 5> kLabelWords = {"label", "target", "y", "class", "graph_label"};
constexpr std::array<std::string_view, 1> kSplitWords = {"split"};
constexpr std::array<std::string_view, 1> kWeightWords = {"weight"};

/// One of the tables, and which of its columns are taken.
struct Table {
  Table(const fs::path& path, const OnBadRow& on_bad_row, std::vector<std::string>& assumed)
      : file(path.filename().string()), cells(path, on_bad_row), is_taken() {
    assumed.insert(assumed.end(), cells.assumed().begin(), cells.assumed().end());
    cells.split_lists(assumed);
    is_taken.assign(cells.num_columns(), false);
  }

  Column named(const std::string& name) {
    const std::size_t column = column_of(name, cells.header(), cells.num_columns(),
                                         [this](const std::string& problem) { cells.fail(problem); });
    is_taken[column] = true;
    return column;
  }
  /// By its name, or, where none is given, the first of the usual words that the header has.
  Column find(const std::string& name, std::span<const std::string_view> words) {
    if (!name.empty()) {
      return named(name);
    }
    for (const std::string_view word : words) {
      const auto found =
          std::ranges::find_if(cells.header(), [&](const std::string& column) { return equal_words(column, word); });
      if (found != cells.header().end()) {
        const auto column = static_cast<std::size_t>(found - cells.header().begin());
        is_taken[column] = true;
        return column;
      }
    }
    return std::nullopt;
  }
  std::size_t need(const std::string& name, std::span<const std::string_view> words, std::string_view what,
                   std::string_view flag) {
    const Column column = find(name, words);
    if (!column) {
      std::string list;
      for (const std::string& header : cells.header()) {
        list += (list.empty() ? "" : ", ") + header;
      }
      cells.fail(concat("has no column ", what, " among ", list, "; expected ", flag, " COLUMN"));
    }
    return *column;
  }
  [[nodiscard]] std::vector<std::size_t> left_over() const {
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < cells.num_columns(); ++column) {
      if (!is_taken[column]) {
        columns.push_back(column);
      }
    }
    return columns;
  }

  std::string file;
  TextTable cells;
  std::vector<bool> is_taken;
};

class GraphTables {
 public:
  explicit GraphTables(const GraphsOptions& options) : options_(options) {
    require(!options.graphs.empty() && !options.edges.empty(),
            "import graphs: expected a table of graphs, and --edges (and --nodes)");
  }

  Dataset read() {
    data_.name = options_.name;
    data_.source = options_.graphs.filename().string();
    data_.directed = options_.directed;
    Table graphs(options_.graphs, options_.on_bad_row, data_.assumed);
    Table edges(options_.edges, options_.on_bad_row, data_.assumed);
    std::optional<Table> nodes;
    if (!options_.nodes.empty()) {
      nodes.emplace(options_.nodes, options_.on_bad_row, data_.assumed);
    }
    drop(graphs, edges, nodes);
    read_graphs(graphs);
    if (nodes) {
      read_nodes(*nodes);
    }
    read_edges(edges, nodes.has_value());
    read_labels(graphs);
    read_splits(graphs);
    say_unread(graphs);
    return std::move(data_);
  }

 private:
  /// By (graph, name): its number among the rows of the nodes.
  using NodesOfGraph = std::unordered_map<std::string, std::size_t>;

  void drop(Table& graphs, Table& edges, std::optional<Table>& nodes) const {
    for (const std::string& name : options_.drop) {
      bool found = false;
      for (Table* table : {&graphs, &edges, nodes ? &*nodes : nullptr}) {
        if (table != nullptr && std::ranges::find(table->cells.header(), name) != table->cells.header().end()) {
          table->named(name);
          found = true;
        }
      }
      if (!found) {
        graphs.cells.fail(concat("has no column '", name, "' to drop, nor have the other tables"));
      }
    }
  }

  void read_graphs(Table& graphs) {
    const std::size_t id = graphs.need(options_.graph_column, kGraphWords, "that calls the graphs", "--graph");
    for (std::size_t row = 0; row < graphs.cells.num_rows(); ++row) {
      const std::string name(without_zeros(graphs.cells.cell(row, id)));
      if (name.empty() || !graph_of_.emplace(name, row).second) {
        graphs.cells.fail(row, name.empty() ? std::string("the graph has no name")
                                            : concat("graph '", name, "' has a second row, expected one"));
      }
      data_.graph_names.push_back(name);
    }
    nodes_of_.resize(graphs.cells.num_rows());
  }

  std::size_t graph_of(const Table& table, std::size_t row, std::size_t column) const {
    const auto found = graph_of_.find(std::string(without_zeros(table.cells.cell(row, column))));
    if (found == graph_of_.end()) {
      table.cells.fail(row, concat("graph '", table.cells.cell(row, column).substr(0, 40), "' has no row in ",
                                   options_.graphs.filename().string()));
    }
    return found->second;
  }

  FitOptions fit_options(const Table& table) const {
    FitOptions fit;
    for (const std::string& text : options_.kinds) {
      const std::size_t sign = text.rfind('=');
      const std::optional<ColumnKind> kind =
          value_named<ColumnKind>(sign == std::string::npos ? std::string() : text.substr(sign + 1));
      require(kind.has_value(), "import graphs: kind is '", text,
              "', expected COLUMN=number, category, flag, date or text");
      if (const std::string column = text.substr(0, sign);
          std::ranges::find(table.cells.header(), column) != table.cells.header().end()) {
        fit.kinds[column] = *kind;
      }
    }
    return fit;
  }

  struct Encoded {
    Tensor rows;
    std::vector<std::string> names;
  };
  /// What the rows of a table say in these columns; row i of the result is row order[i] of the table.
  Encoded encoded(const Table& table, std::span<const std::size_t> columns, std::span<const std::int64_t> order,
                  std::string* text = nullptr) {
    const TableEncoder encoder = fitted_encoder(table.cells, columns, fit_options(table), data_.assumed);
    RowEncoder rows(encoder, table.cells);
    Encoded result{Tensor::uninitialized(static_cast<std::int64_t>(order.size()), encoder.width()), encoder.names()};
    for (std::size_t i = 0; i < order.size(); ++i) {
      rows.encode(static_cast<std::size_t>(order[i]), result.rows.row(static_cast<std::int64_t>(i)));
    }
    const std::vector<std::string> said = rows.assumed();
    data_.assumed.insert(data_.assumed.end(), said.begin(), said.end());
    if (text != nullptr) {
      *text = encoder_text(encoder);
    }
    return result;
  }

  /// Numbers the nodes graph by graph, in the order of their rows.
  void set_nodes(const std::vector<std::size_t>& graph_of_row) {
    data_.node_ptr.assign(nodes_of_.size() + 1, 0);
    for (const std::size_t graph : graph_of_row) {
      ++data_.node_ptr[graph + 1];
    }
    for (std::size_t g = 0; g < nodes_of_.size(); ++g) {
      if (data_.node_ptr[g + 1] == 0) {
        throw DataError((options_.nodes.empty() ? options_.edges : options_.nodes).string(), "",
                        concat("graph '", data_.graph_names[g], "' has no nodes, expected at least one"));
      }
      data_.node_ptr[g + 1] += data_.node_ptr[g];
    }
    std::vector<std::int64_t> next(data_.node_ptr.begin(), data_.node_ptr.end() - 1);
    number_.clear();
    for (const std::size_t graph : graph_of_row) {
      number_.push_back(next[graph]++);
    }
  }

  void read_nodes(Table& nodes) {
    const std::size_t graph = nodes.need(options_.graph_column, kGraphWords, "of graphs", "--graph"),
                      id = nodes.need(options_.id_column, kNodeWords, "that calls the nodes", "--id");
    std::vector<std::size_t> graph_of_row;
    for (std::size_t row = 0; row < nodes.cells.num_rows(); ++row) {
      graph_of_row.push_back(graph_of(nodes, row, graph));
      const std::string name(without_zeros(nodes.cells.cell(row, id)));
      if (!nodes_of_[graph_of_row.back()].emplace(name, row).second) {
        nodes.cells.fail(row, concat("node '", name, "' of graph '", data_.graph_names[graph_of_row.back()],
                                     "' has a second row, expected one"));
      }
    }
    set_nodes(graph_of_row);
    const std::vector<std::size_t> columns = nodes.left_over();
    if (columns.empty()) {
      return;
    }
    std::vector<std::int64_t> order(number_.size());
    for (std::size_t row = 0; row < number_.size(); ++row) {
      order[static_cast<std::size_t>(number_[row])] = static_cast<std::int64_t>(row);
    }
    Encoded features = encoded(nodes, columns, order, &data_.encoder);
    data_.node_features = std::move(features.rows);
    data_.names.features = std::move(features.names);
  }

  void read_edges(Table& edges, bool has_nodes) {
    const std::size_t graph = edges.need(options_.graph_column, kGraphWords, "of graphs", "--graph"),
                      source = edges.need(options_.source_column, kSourceWords, "of sources", "--source"),
                      target = edges.need(options_.target_column, kTargetWords, "of targets", "--target");
    std::vector<std::size_t> graph_of_row;
    std::vector<std::array<std::size_t, 2>> ends;
    for (std::size_t row = 0; row < edges.cells.num_rows(); ++row) {
      const std::size_t g = graph_of(edges, row, graph);
      std::array<std::size_t, 2> of_row{};
      for (const auto& [column, end] : {std::pair(source, &of_row[0]), std::pair(target, &of_row[1])}) {
        const std::string name(without_zeros(edges.cells.cell(row, column)));
        const auto found = has_nodes ? nodes_of_[g].find(name) : nodes_of_[g].emplace(name, graph_of_row.size()).first;
        if (found == nodes_of_[g].end()) {
          edges.cells.fail(row, concat("node '", name.substr(0, 40), "' of graph '", data_.graph_names[g],
                                       "' has no row in ", options_.nodes.filename().string()));
        }
        if (!has_nodes && found->second == graph_of_row.size()) {
          graph_of_row.push_back(g);
        }
        *end = found->second;
      }
      ends.push_back(of_row);
    }
    if (!has_nodes) {
      set_nodes(graph_of_row);
    }
    EdgeBatch batch;
    for (std::size_t row = 0; row < ends.size(); ++row) {
      batch.edges.push_back({static_cast<NodeId>(number_[ends[row][0]]), static_cast<NodeId>(number_[ends[row][1]])});
      batch.times.push_back(static_cast<std::int64_t>(row));
    }
    // The time of an edge is the row that counts for it.
    MergedEdges merged = merged_edges(data_.node_ptr.back(), batch, !options_.directed, MergeEdges::first);
    data_.graph = std::move(merged.graph);
    say_repeats(edges, batch, merged.times);
    read_edge_features(edges, {merged.times.data(), merged.times.size()});
  }

  void say_repeats(const Table& edges, const EdgeBatch& batch, const Buffer<std::int64_t>& rows) {
    std::vector<char> counts(batch.edges.size(), 0);
    for (const std::int64_t row : std::span<const std::int64_t>(rows)) {
      counts[static_cast<std::size_t>(row)] = 1;
    }
    if (const auto repeats = std::ranges::count(counts, char{0}); repeats > 0) {
      data_.assumed.push_back(concat(repeats, " of ", counts.size(), " rows of ", edges.file, " repeat an edge",
                                     options_.directed ? "" : ", in this or the other direction",
                                     ", and the first row counts"));
    }
  }

  void read_edge_features(Table& edges, std::span<const std::int64_t> rows) {
    const Column weight =
        options_.weight_column == "none" ? std::nullopt : edges.find(options_.weight_column, kWeightWords);
    std::vector<std::size_t> columns = edges.left_over();
    if (weight) {
      columns.insert(columns.begin(), *weight);
    }
    if (columns.empty()) {
      return;
    }
    Encoded features = encoded(edges, columns, rows);
    data_.edge_features = std::move(features.rows);
    data_.names.edge_features = std::move(features.names);
    if (weight) {
      if (data_.names.edge_features.front() != edges.cells.header()[*weight]) {
        edges.cells.fail(concat("column '", edges.cells.header()[*weight], "' of weights holds no numbers"));
      }
      data_.weight_column = 0;
    }
  }

  void read_labels(Table& graphs) {
    std::vector<Column> columns;
    for (const std::string& name : options_.label_columns) {
      columns.push_back(graphs.named(name));
    }
    if (columns.empty()) {
      if (const Column column = graphs.find("", kLabelWords)) {
        columns.push_back(column);
      }
    }
    if (columns.empty()) {
      data_.task = TaskKind::generation;
      data_.assumed.push_back(concat("no column of ", graphs.file, " is called label, so graphs have none (--label)"));
      return;
    }
    TargetTable table;
    for (const Column& column : columns) {
      table.names.push_back(graphs.cells.header()[*column]);
      table.texts.emplace_back();
      for (std::size_t row = 0; row < graphs.cells.num_rows(); ++row) {
        const std::string_view text = graphs.cells.cell(row, *column);
        table.texts.back().emplace_back(is_missing(text) ? std::string_view() : text);
      }
    }
    check_numbers(graphs, columns, table);
    table.fail = [&](std::size_t row, const std::string& problem) { graphs.cells.fail(row, problem); };
    set_targets(table, data_);
  }

  /// Classes of one column unless its values are numbers with a fraction, or --regression says so.
  void check_numbers(const Table& graphs, const std::vector<Column>& columns, TargetTable& table) {
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
        data_.assumed.push_back(concat("column '", table.names.front(), "' of ", graphs.file,
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
          graphs.cells.fail(row, concat("'", text.substr(0, 40), "' in column '", table.names[j], "' is no number"));
        }
      }
    }
  }

  /// Graphs that a part may hold.
  [[nodiscard]] bool is_labeled(std::size_t graph) const {
    const auto* classes = std::get_if<std::vector<std::int64_t>>(&data_.graph_labels);
    return classes == nullptr || (*classes)[graph] >= 0;
  }

  void read_splits(Table& graphs) {
    if (const Column column = graphs.find(options_.split_column, kSplitWords)) {
      Split split{.name = "public"};
      std::int64_t unlabeled = 0;
      for (std::size_t row = 0; row < graphs.cells.num_rows(); ++row) {
        const std::string_view word = graphs.cells.cell(row, *column);
        if (is_missing(word)) {
          continue;
        }
        const std::optional<SplitPart> part = part_named(word);
        if (!part) {
          graphs.cells.fail(row, concat("'", word.substr(0, 40), "' in column '", graphs.cells.header()[*column],
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

  void say_unread(const Table& graphs) {
    std::string list;
    for (const std::size_t column : graphs.left_over()) {
      list += (list.empty() ? "" : ", ") + graphs.cells.header()[column];
    }
    if (!list.empty()) {
      data_.assumed.push_back(concat("not read of ", graphs.file, ": ", list));
    }
  }

  const GraphsOptions& options_;
  Dataset data_;
  std::unordered_map<std::string, std::size_t> graph_of_;
  std::vector<NodesOfGraph> nodes_of_;
  /// Of each row of the nodes, or of each node as edges first name them: its number in the dataset.
  std::vector<std::int64_t> number_;
};

}  // namespace

Dataset import_graphs(const GraphsOptions& options, const ProgressCallback& progress) {
  if (progress) {
    progress({.stage = "reading tables of graphs", .done = 0, .total = 0, .detail = ""});
  }
  return GraphTables(options).read();
}

}  // namespace weft
