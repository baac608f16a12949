#include "weft/io/importers/ogb_typed_importer.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "weft/io/declared_extent.hpp"
#include "weft/io/importers/merged_edges.hpp"
#include "weft/io/importers/ogb_tables.hpp"

namespace weft {
namespace {

constexpr std::int64_t kReportEvery = 1 << 20;
constexpr std::size_t kMostSplits = 100;

class TypedImporter {
 public:
  TypedImporter(const OgbOptions& options, const TextFolder& folder, const std::string& root,
                const ProgressCallback& progress)
      : options_(options), folder_(folder), root_(root), progress_(progress) {}

  Dataset read() {
    read_node_types();
    read_relations();
    data_.directed = !options_.undirected;
    read_features();
    read_labels();
    read_splits();
    return std::move(data_);
  }

 private:
  [[nodiscard]] std::string raw(const std::string& what) const { return concat(root_, "raw/", what, ".csv.gz"); }
  [[nodiscard]] const std::vector<std::string>& types() const { return data_.names.node_types; }
  [[nodiscard]] std::int64_t count_of(std::size_t type) const { return first_[type + 1] - first_[type]; }
  [[nodiscard]] std::int64_t num_nodes() const { return first_.back(); }

  void read_node_types() {
    const std::string name = root_ + kOgbNodeTypes;
    const FolderText text = open_member(folder_, name);
    NumberRows rows(*text);
    if (!rows.next()) {
      throw DataError(folder_.path_of(name), "", "is empty, expected the types of nodes");
    }
    std::set<std::string_view> seen;
    for (std::int64_t j = 0; j < rows.cols(); ++j) {
      data_.names.node_types.emplace_back(rows.field(j));
    }
    for (const std::string& type : types()) {
      if (type.empty() || !seen.insert(type).second) {
        rows.fail(concat("names the type '", type, "'", type.empty() ? "" : " twice", ", expected a name for each"));
      }
    }
    if (!rows.next()) {
      throw DataError(folder_.path_of(name), "", "has one row, expected the numbers of nodes in the second");
    }
    first_ = {0};
    for (std::int64_t j = 0; j < rows.cols(); ++j) {
      first_.push_back(first_.back() + rows.integer(j, "count", 0, kMaxNodes));
      if (first_.back() > kMaxNodes) {
        rows.fail(concat("adds up to more than ", kMaxNodes, " nodes"));
      }
    }
    if (rows.next()) {
      rows.fail("is a second graph, expected one graph where nodes have types");
    }
  }

  std::size_t type_named(std::string_view name, const NumberRows& rows) const {
    const auto found = std::ranges::find(types(), name);
    if (found == types().end()) {
      rows.fail(concat("'", name, "' is no type of num-node-dict, expected one of ", types().size()));
    }
    return static_cast<std::size_t>(found - types().begin());
  }

  void read_relations() {
    const FolderText text = open_member(folder_, raw("triplet-type-list"));
    NumberRows rows(*text);
    std::vector<Edge> edges;
    std::vector<std::int32_t> relation_of;
    std::vector<std::array<std::string, 3>> triplets;
    while (rows.next()) {
      rows.expect_cols(3);
      const std::size_t head = type_named(rows.field(0), rows), tail = type_named(rows.field(2), rows);
      triplets.push_back({std::string(rows.field(0)), std::string(rows.field(1)), std::string(rows.field(2))});
      const auto& [from, relation, to] = triplets.back();
      read_edges(concat(root_, "raw/relations/", from, "___", relation, "___", to, "/edge.csv.gz"), head, tail, edges);
      relation_of.resize(edges.size(), static_cast<std::int32_t>(triplets.size() - 1));
    }
    if (!is_believable(num_nodes(), static_cast<std::int64_t>(edges.size()))) {
      throw DataError(folder_.path_of(root_ + kOgbNodeTypes), "",
                      concat("declares ", num_nodes(), " nodes for ", edges.size(),
                             " edges, expected at least one for every 64 nodes"));
    }
    data_.node_type = Buffer<std::int32_t>(static_cast<std::size_t>(num_nodes()));
    for (std::size_t type = 0; type < types().size(); ++type) {
      std::fill(data_.node_type.data() + first_[type], data_.node_type.data() + first_[type + 1],
                static_cast<std::int32_t>(type));
    }
    name_relations(triplets);
    set_graph(std::move(edges), std::move(relation_of));
  }

  void read_edges(const std::string& name, std::size_t head, std::size_t tail, std::vector<Edge>& edges) const {
    const FolderText text = open_member(folder_, name);
    NumberRows rows(*text);
    while (rows.next()) {
      rows.expect_cols(2);
      edges.push_back({static_cast<NodeId>(first_[head] + rows.integer(0, "node", 0, count_of(head) - 1)),
                       static_cast<NodeId>(first_[tail] + rows.integer(1, "node", 0, count_of(tail) - 1))});
      const auto count = static_cast<std::int64_t>(edges.size());
      if (progress_ && count % kReportEvery == 0) {
        progress_({.stage = "reading edges", .done = count, .total = 0, .detail = ""});
      }
    }
  }

  /// By the relation alone where that tells them apart.
  void name_relations(const std::vector<std::array<std::string, 3>>& triplets) {
    std::set<std::string> words;
    for (const auto& [head, relation, tail] : triplets) {
      words.insert(relation);
    }
    for (const auto& [head, relation, tail] : triplets) {
      data_.names.edge_types.push_back(words.size() == triplets.size() ? relation
                                                                       : concat(head, " ", relation, " ", tail));
    }
  }

  void set_graph(std::vector<Edge> edges, std::vector<std::int32_t> relation_of) {
    EdgeBatch batch;
    batch.edges = std::move(edges);
    batch.relations = std::move(relation_of);
    MergedEdges merged = merged_edges(num_nodes(), batch, options_.undirected, MergeEdges::keep);
    data_.graph = std::move(merged.graph);
    data_.edge_type = std::move(merged.relations);
    if (const std::int64_t repeats = num_repeats(); repeats > 0) {
      data_.assumed.push_back(
          concat(repeats, " edges repeat another of their relation between the same nodes, and are kept as they are"));
    }
    // emplace_back: of push_back's temporary GCC 14 says that it is read out of bounds.
    data_.assumed.emplace_back(options_.undirected
                                   ? "both directions of every relation are stored, with the relation's number"
                                   : "relations keep their directions: a node reads those that point at it");
  }

  /// Of edges of the same relation between the same nodes all but the first.
  [[nodiscard]] std::int64_t num_repeats() const {
    const CsrGraph& graph = data_.graph;
    std::int64_t repeats = 0;
    for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
      for (EdgeId e = graph.offsets()[static_cast<std::size_t>(v)] + 1;
           e < graph.offsets()[static_cast<std::size_t>(v) + 1]; ++e) {
        const auto i = static_cast<std::size_t>(e);
        repeats += graph.sources()[i - 1] == graph.sources()[i] && data_.edge_type[i - 1] == data_.edge_type[i] ? 1 : 0;
      }
    }
    return repeats;
  }

  /// Types below which a table of the folder says True.
  std::vector<std::size_t> types_with(const std::string& name) const {
    const FolderText text = open_member(folder_, name);
    NumberRows rows(*text);
    std::vector<std::size_t> order, found;
    if (!rows.next()) {
      throw DataError(folder_.path_of(name), "", "is empty, expected the types of nodes");
    }
    for (std::int64_t j = 0; j < rows.cols(); ++j) {
      order.push_back(type_named(rows.field(j), rows));
    }
    if (!rows.next()) {
      throw DataError(folder_.path_of(name), "", "has one row, expected True or False in the second");
    }
    for (std::int64_t j = 0; j < rows.cols(); ++j) {
      if (rows.field(j) != "True" && rows.field(j) != "False") {
        rows.fail(concat("'", rows.field(j), "' is neither True nor False"));
      }
      if (rows.field(j) == "True") {
        found.push_back(order[static_cast<std::size_t>(j)]);
      }
    }
    std::ranges::sort(found);
    return found;
  }

  [[nodiscard]] std::string listed(const std::vector<std::size_t>& some) const {
    std::string text;
    for (const std::size_t type : some) {
      text += concat(text.empty() ? "" : ", ", types()[type]);
    }
    return text;
  }

  void read_features() {
    const std::vector<std::size_t> some = types_with(raw("nodetype-has-feat"));
    std::vector<OgbTable> tables;
    std::int64_t cols = 0;
    for (const std::size_t type : some) {
      tables.push_back(read_ogb_table(folder_, raw(concat("node-feat/", types()[type], "/node-feat")),
                                      {.count = count_of(type), .of = "node of its type"}, NotANumber::refused));
      for (std::int64_t j = 0; j < tables.back().cols; ++j) {
        data_.names.features.push_back(concat(types()[type], '_', j));
      }
      cols += tables.back().cols;
    }
    if (cols == 0) {
      return;
    }
    Tensor x(num_nodes(), cols);
    for (std::size_t t = 0, column = 0; t < some.size(); column += static_cast<std::size_t>(tables[t++].cols)) {
      for (std::int64_t i = 0; i < tables[t].rows; ++i) {
        std::copy_n(tables[t].values.begin() + i * tables[t].cols, tables[t].cols,
                    x.row(first_[some[t]] + i).begin() + static_cast<std::ptrdiff_t>(column));
      }
    }
    data_.node_features = std::move(x);
    if (some.size() < types().size() || some.size() > 1) {
      data_.assumed.push_back(concat("features are those of ", listed(some),
                                     some.size() > 1 ? ", in columns of their own" : "",
                                     "; they are zero in rows of other types"));
    }
  }

  void read_labels() {
    const std::vector<std::size_t> some =
        folder_.has(raw("nodetype-has-label")) ? types_with(raw("nodetype-has-label")) : std::vector<std::size_t>();
    if (some.empty()) {
      data_.task = TaskKind::link_prediction;
      return;
    }
    if (some.size() > 1) {
      throw DataError(folder_.path_of(raw("nodetype-has-label")), "",
                      concat("has labels of ", listed(some), ", expected one type"));
    }
    const std::size_t type = some.front();
    const OgbTable table = read_ogb_table(folder_, raw(concat("node-label/", types()[type], "/node-label")),
                                          {.count = count_of(type), .of = "node of its type"}, NotANumber::allowed);
    std::vector<std::int64_t> rows(static_cast<std::size_t>(count_of(type)));
    std::iota(rows.begin(), rows.end(), first_[type]);
    set_ogb_labels(table, false, options_.regression, data_, &rows);
  }

  void read_splits() {
    constexpr std::string_view kHasSplit = "/nodetype-has-split.csv.gz";
    const std::string begin = root_ + "split/";
    for (const std::string& name : folder_.names()) {
      if (!name.starts_with(begin) || !name.ends_with(kHasSplit) || name.size() <= begin.size() + kHasSplit.size()) {
        continue;
      }
      if (data_.splits.size() == kMostSplits) {
        throw DataError(folder_.path_of(begin), "", concat("holds more than ", kMostSplits, " splits"));
      }
      const std::string group = name.substr(0, name.size() - kHasSplit.size());
      Split split{.name = group.substr(begin.size())};
      for (const std::size_t type : types_with(name)) {
        for (const auto& [part, file] :
             {std::pair(&split.train, "train"), std::pair(&split.val, "valid"), std::pair(&split.test, "test")}) {
          for (const std::int64_t node : read_ogb_column(
                   folder_, concat(group, "/", types()[type], "/", file, ".csv.gz"), "node", count_of(type) - 1)) {
            part->push_back(first_[type] + node);
          }
          std::ranges::sort(*part);
        }
      }
      data_.splits.push_back(std::move(split));
    }
  }

  const OgbOptions& options_;
  const TextFolder& folder_;
  const std::string& root_;
  const ProgressCallback& progress_;
  /// Of each type its first node, and behind all of them their number.
  std::vector<std::int64_t> first_;
  Dataset data_;
};

}  // namespace

Dataset import_typed_ogb(const OgbOptions& options, const TextFolder& folder, const std::string& root,
                         const ProgressCallback& progress) {
  return TypedImporter(options, folder, root, progress).read();
}

}  // namespace weft
