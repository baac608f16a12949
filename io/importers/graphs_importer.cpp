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
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edgelist_words.hpp"
#include "weft/io/importers/graphs_labels.hpp"
#include "weft/io/importers/graphs_table.hpp"
#include "weft/io/importers/like_columns.hpp"
#include "weft/io/importers/merged_edges.hpp"
#include "weft/io/importers/table_encoder.hpp"
#include "weft/io/importers/text_table.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;
using Column = std::optional<std::size_t>;

/// What encoders of the tables are called.
constexpr const char *kNodes = "nodes", *kEdges = "edges";

constexpr std::array<std::string_view, 4> kGraphWords = {"graph_id", "graph", "gid", "graph_index"};
constexpr std::array<std::string_view, 4> kNodeWords = {"node_id", "node", "nid", "id"};
constexpr std::array<std::string_view, 5> kSourceWords = {"source", "src", "src_id", "source_id", "from"};
constexpr std::array<std::string_view, 6> kTargetWords = {"target", "dst", "dst_id", "target_id", "to", "destination"};
constexpr std::array<std::string_view, 1> kWeightWords = {"weight"};

class GraphTables {
 public:
  explicit GraphTables(const GraphsOptions& options) : options_(options) {
    require(!options.graphs.empty() && !options.edges.empty(),
            "import graphs: expected a table of graphs, and --edges (and --nodes)");
    adopt_known();
  }

  Dataset read() {
    data_.name = options_.name;
    data_.source = options_.graphs.filename().string();
    data_.directed = options_.directed;
    GraphsTable graphs(options_.graphs, options_, data_.assumed);
    GraphsTable edges(options_.edges, options_, data_.assumed);
    std::optional<GraphsTable> nodes;
    if (!options_.nodes.empty()) {
      nodes.emplace(options_.nodes, options_, data_.assumed);
    } else if (known_.contains(kNodes)) {
      throw DataError(options_.graphs.string(), "",
                      "has no table of nodes beside it, and those that it is read like had one; expected --nodes");
    }
    if (options_.header == HeaderRow::no) {
      data_.assumed.emplace_back(
          "there is no header, so columns that are not named are, in this order, the graph and its label, the graph "
          "and "
          "the node, the graph, the source and the target");
    }
    drop(graphs, edges, nodes);
    read_graphs(graphs);
    if (nodes) {
      read_nodes(*nodes);
    }
    read_edges(edges, nodes.has_value());
    if (options_.reads_labels) {
      words_.label = read_graph_labels(options_, known_labels_, graphs, data_);
      words_.regression = data_.task == TaskKind::graph_regression;
      read_graph_splits(options_, graphs, data_);
      say_unread(graphs, graphs.left_over());
    }
    data_.encoder = with_words(encoders_text(encoders_), words_);
    return std::move(data_);
  }

 private:
  /// By (graph, name): its number among the rows of the nodes.
  using NodesOfGraph = std::unordered_map<std::string, std::size_t>;

  /// What is known of tables like these. Columns that are named, or that the usual words find, are as they are.
  void adopt_known() {
    std::string text = options_.encoder;
    if (text.empty() && !options_.like.empty()) {
      text = encoder_like(options_.like, "graphs", "a dataset made of tables by `weft import graphs`, or a run on one")
                 .text;
    }
    words_ = {.table = "graphs", .directed = options_.directed};
    if (text.empty()) {
      return;
    }
    const std::string origin = options_.encoder.empty() ? options_.like.string() : "the run";
    known_ = parse_encoders(text, origin);
    for (const auto& [name, encoder] : known_) {
      options_.cells = joined_forms(encoder.form(), options_.cells);
    }
    options_.cells.is_fixed = !options_.encoder.empty();
    const EdgelistWords words = words_in(text, origin).value_or(EdgelistWords{});
    const auto adopt = [](std::string& said, const std::string& known) { said = said.empty() ? known : said; };
    adopt(options_.graph_column, words.graph);
    adopt(options_.id_column, words.id);
    adopt(options_.source_column, words.source);
    adopt(options_.target_column, words.target);
    adopt(options_.weight_column, words.weight);
    options_.directed = words_.directed = options_.directed || words.directed;
    options_.regression = options_.regression || words.regression;
    if (options_.label_columns.empty() && !words.label.empty()) {
      // Several stand a line each.
      for (std::size_t begin = 0, end = 0; begin <= words.label.size(); begin = end + 1) {
        end = std::min(words.label.find('\n', begin), words.label.size());
        known_labels_.push_back(words.label.substr(begin, end - begin));
      }
    }
    require(options_.kinds.empty(),
            "import graphs: kinds of columns are those of `like`, which was made with them; expected no kinds");
  }

  void drop(GraphsTable& graphs, GraphsTable& edges, std::optional<GraphsTable>& nodes) const {
    for (const std::string& name : options_.drop) {
      bool found = false;
      for (GraphsTable* table : {&graphs, &edges, nodes ? &*nodes : nullptr}) {
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

  void read_graphs(GraphsTable& graphs) {
    const std::size_t id = graphs.need(options_.graph_column, kGraphWords, "that calls the graphs", "--graph", 0);
    words_.graph = graphs.cells.header()[id];
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

  std::size_t graph_of(const GraphsTable& table, std::size_t row, std::size_t column) const {
    const auto found = graph_of_.find(std::string(without_zeros(table.cells.cell(row, column))));
    if (found == graph_of_.end()) {
      table.cells.fail(row, concat("graph '", table.cells.cell(row, column).substr(0, 40), "' has no row in ",
                                   options_.graphs.filename().string()));
    }
    return found->second;
  }

  FitOptions fit_options(const GraphsTable& table) const {
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
  Encoded encoded(const GraphsTable& table, std::span<const std::size_t> columns, std::span<const std::int64_t> order,
                  const std::string& name) {
    TableEncoder encoder;
    if (const auto known = known_.find(name); known != known_.end()) {
      encoder = TableEncoder(known->second.columns(), table.cells.form());
      say_unread(table, not_in(encoder, table, columns));
    } else if (is_like()) {
      say_unread(table, columns);
    } else {
      encoder = fitted_encoder(table.cells, columns, fit_options(table), data_.assumed);
    }
    RowEncoder rows(encoder, table.cells);
    Encoded result{Tensor::uninitialized(static_cast<std::int64_t>(order.size()), encoder.width()), encoder.names()};
    for (std::size_t i = 0; i < order.size(); ++i) {
      rows.encode(static_cast<std::size_t>(order[i]), result.rows.row(static_cast<std::int64_t>(i)));
    }
    const std::vector<std::string> said = rows.assumed();
    data_.assumed.insert(data_.assumed.end(), said.begin(), said.end());
    encoders_[name] = encoder_text(encoder);
    return result;
  }

  [[nodiscard]] bool is_like() const { return !options_.encoder.empty() || !options_.like.empty(); }

  /// Of the columns those that the encoder does not read.
  static std::vector<std::size_t> not_in(const TableEncoder& encoder, const GraphsTable& table,
                                         std::span<const std::size_t> columns) {
    std::vector<std::size_t> others;
    for (const std::size_t column : columns) {
      if (std::ranges::find(encoder.columns(), table.cells.header()[column], &ColumnCode::name) ==
          encoder.columns().end()) {
        others.push_back(column);
      }
    }
    return others;
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

  void read_nodes(GraphsTable& nodes) {
    const std::size_t graph = nodes.need(options_.graph_column, kGraphWords, "of graphs", "--graph", 0),
                      id = nodes.need(options_.id_column, kNodeWords, "that calls the nodes", "--id", 1);
    words_.id = nodes.cells.header()[id];
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
    if (columns.empty() && !known_.contains(kNodes)) {
      return;
    }
    std::vector<std::int64_t> order(number_.size());
    for (std::size_t row = 0; row < number_.size(); ++row) {
      order[static_cast<std::size_t>(number_[row])] = static_cast<std::int64_t>(row);
    }
    Encoded features = encoded(nodes, columns, order, kNodes);
    if (features.names.empty()) {
      return;
    }
    data_.node_features = std::move(features.rows);
    data_.names.features = std::move(features.names);
  }

  void read_edges(GraphsTable& edges, bool has_nodes) {
    const std::size_t graph = edges.need(options_.graph_column, kGraphWords, "of graphs", "--graph", 0),
                      source = edges.need(options_.source_column, kSourceWords, "of sources", "--source", 1),
                      target = edges.need(options_.target_column, kTargetWords, "of targets", "--target", 2);
    words_.source = edges.cells.header()[source];
    words_.target = edges.cells.header()[target];
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

  void say_repeats(const GraphsTable& edges, const EdgeBatch& batch, const Buffer<std::int64_t>& rows) {
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

  void read_edge_features(GraphsTable& edges, std::span<const std::int64_t> rows) {
    const Column weight = edges.find(options_.weight_column, kWeightWords);
    words_.weight = weight ? edges.cells.header()[*weight] : "none";
    std::vector<std::size_t> columns = edges.left_over();
    if (weight) {
      // GCC 14 takes *weight for uninitialized.
      columns.insert(columns.begin(), weight.value_or(0));
    }
    if (columns.empty() && !known_.contains(kEdges)) {
      return;
    }
    Encoded features = encoded(edges, columns, rows, kEdges);
    if (features.names.empty()) {
      return;
    }
    data_.edge_features = std::move(features.rows);
    data_.names.edge_features = std::move(features.names);
    if (weight) {
      if (data_.names.edge_features.front() != edges.cells.header()[*weight]) {
        edges.cells.fail(concat("column '", edges.cells.header()[*weight], "' of weights holds no numbers"));
      }
      data_.weight_column = 0;
    }
  }

  void say_unread(const GraphsTable& table, std::span<const std::size_t> columns) {
    std::string list;
    for (const std::size_t column : columns) {
      list += (list.empty() ? "" : ", ") + table.cells.header()[column];
    }
    if (!list.empty()) {
      data_.assumed.push_back(concat("not read of ", table.file, ": ", list));
    }
  }

  GraphsOptions options_;
  /// Of tables like these, by kNodes and kEdges; and those that are used.
  std::map<std::string, TableEncoder> known_;
  std::map<std::string, std::string> encoders_;
  EdgelistWords words_;
  std::vector<std::string> known_labels_;
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
