#include "weft/io/importers/typed_tables.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "weft/io/importers/edge_ends.hpp"
#include "weft/io/importers/edge_text.hpp"
#include "weft/io/importers/edgelist_tables.hpp"
#include "weft/io/importers/edgelist_words.hpp"
#include "weft/io/importers/like_columns.hpp"
#include "weft/io/importers/typed_relations.hpp"
#include "weft/io/type_features.hpp"

namespace weft {
namespace {

/// A sentence about one of several files, if it does not name it.
std::string about(const std::filesystem::path& path, const std::string& sentence) {
  const std::string file = path.filename().string();
  return sentence.find(file) != std::string::npos ? sentence : concat(file, ": ", sentence);
}

/// One type while it is read.
struct TypeReading {
  std::string name;
  EdgelistOptions options;
  /// Names were taken for integers, and are not.
  bool has_texts = false;
  std::optional<TableEncoder> known = {};

  std::unique_ptr<EdgelistTables> tables = nullptr;
  /// Nodes that have a row in the table, and which are in an edge.
  std::size_t num_rows = 0;
  std::vector<bool> is_in_edge = {};
  /// Its nodes are first + number[place].
  std::vector<NodeId> number = {};
  std::int64_t first = 0;

  void mark(NodeId place) {
    if (place >= is_in_edge.size()) {
      is_in_edge.resize(std::max(place + std::size_t{1}, 2 * is_in_edge.size()));
    }
    is_in_edge[place] = true;
  }
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(tables->names.size()); }
};

class TypedTableReader {
 public:
  TypedTableReader(const TypedTables& tables, const ProgressCallback& progress) : told_(tables), progress_(progress) {
    find_types();
    for (const TypedEdges& edges : told_.edges) {
      ends_.push_back(edge_ends_of(edges, type_names_, told_.description));
    }
    if (!told_.like.empty()) {
      auto [text, task] = encoder_like(told_.like, "types",
                                       "a dataset made of several tables of nodes by `weft import tables`, or a "
                                       "run on one");
      known_task_ = std::move(task);
      std::map<std::string, TableEncoder> known = parse_encoders(text, told_.like.string());
      for (TypeReading& type : types_) {
        if (const auto found = known.find(type.name); found != known.end()) {
          type.options.cells = joined_forms(found->second.form(), type.options.cells);
          type.known = std::move(found->second);
        } else if (!type.options.nodes.empty()) {
          throw DataError(told_.like.string(), "", concat("has no type of nodes '", type.name, "' with a table"));
        }
      }
    }
  }

  Dataset read() {
    while (true) {
      try {
        return read_once();
      } catch (const NotIntegers&) {
        // The types that it was said of have texts now, so that this ends.
        num_bad_ = 0;
      }
    }
  }

 private:
  void find_types() {
    const auto add = [this](const std::string& name, const EdgelistOptions& options) {
      type_names_.push_back(name);
      types_.push_back({.name = name, .options = options});
    };
    for (const TypedNodes& nodes : told_.nodes) {
      add(nodes.name, nodes.options);
    }
    if (!types_.empty()) {
      return;
    }
    for (const TypedEdges& edges : told_.edges) {
      for (const std::string& name : {edges.source_type, edges.target_type}) {
        if (!name.empty() && std::ranges::find(type_names_, name) == type_names_.end()) {
          add(name, {});
        }
      }
    }
    if (types_.empty()) {
      add("node", {});
    }
  }

  /// What is left out is told once, however often files are read.
  OnBadRow once(const OnBadRow& on_bad_row) {
    if (!on_bad_row) {
      return {};
    }
    return [this, on_bad_row](const std::string& problem) {
      if (++num_bad_ > num_told_) {
        num_told_ = num_bad_;
        on_bad_row(problem);
      }
    };
  }

  Dataset read_once() {
    data_ = Dataset();
    relations_.clear();
    data_.name = told_.name;
    data_.source = told_.description.filename().string();
    data_.directed = told_.directed;
    for (TypeReading& type : types_) {
      read_nodes(type);
    }
    for (std::size_t i = 0; i < told_.edges.size(); ++i) {
      read_edges(told_.edges[i], ends_[i]);
    }
    number_nodes();
    set_graph();
    describe();
    set_features();
    return std::move(data_);
  }

  void read_nodes(TypeReading& type) {
    type.tables = std::make_unique<EdgelistTables>(type.has_texts ? NodeNames() : NodeNames::decimals(),
                                                   std::filesystem::path(), std::numeric_limits<std::int64_t>::max());
    type.tables->known = type.known ? &*type.known : nullptr;
    type.is_in_edge.clear();
    type.num_rows = 0;
    if (type.options.nodes.empty()) {
      return;
    }
    if (progress_) {
      progress_({.stage = "reading nodes", .done = 0, .total = 0, .detail = type.name});
    }
    EdgelistOptions options = type.options;
    options.on_bad_row = once(options.on_bad_row);
    try {
      type.tables->read(options);
    } catch (const NotIntegers&) {
      type.has_texts = true;
      throw;
    }
    type.num_rows = type.tables->feature_nodes.size();
  }

  /// Nodes of the edges are places in their types, until all are read.
  void read_edges(const TypedEdges& edges, const EdgeEnds& ends) {
    EdgelistOptions options = edges.options;
    options.source_column = ends.column[0];
    options.target_column = ends.column[1];
    options.on_bad_row = once(options.on_bad_row);
    // Words for relations in the header are not taken for them: the table is one.
    options.relation_column = options.relation_column.empty() ? "none" : options.relation_column;
    TypeReading &sources = types_[ends.type[0]], &targets = types_[ends.type[1]];
    EdgeText text(options);
    EdgeBatch batch;
    RelationTable table{.name = edges.name, .names_time = !options.time_column.empty()};
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    try {
      while (text.next(sources.tables->names, targets.tables->names, batch)) {
        for (const auto [source, target] : batch.edges) {
          sources.mark(source);
          targets.mark(target);
        }
        append(table.edges, batch.edges);
        append(table.weights, batch.weights);
        append(table.times, batch.times);
        append(table.types, batch.relations);
        if (progress_) {
          const auto done = static_cast<std::int64_t>(table.edges.size());
          progress_({.stage = "reading edges", .done = done, .total = 0, .detail = edges.name});
        }
      }
    } catch (const NotIntegers&) {
      sources.has_texts = targets.has_texts = true;
      throw;
    }
    if (table.edges.empty()) {
      throw DataError(options.edges.string(), "", "holds no edges, expected one or more");
    }
    if (!ends.assumed.empty()) {
      data_.assumed.push_back(ends.assumed);
    }
    for (const std::string& sentence : text.assumed()) {
      data_.assumed.push_back(about(options.edges, sentence));
    }
    table.form = text.form();
    table.unit = unit_of_times(options, table.form, table.times);
    table.names = text.relations();
    relations_.push_back(std::move(table));
  }

  void number_nodes() {
    std::int64_t count = 0;
    for (TypeReading& type : types_) {
      type.number = type.tables->names.numbering();
      type.first = count;
      count += type.size();
      if (type.size() == 0) {
        throw DataError(told_.description.string(), concat("nodes.", type.name),
                        "has no nodes: it has no table, and no edge names one");
      }
    }
    if (count > kMaxNodes) {
      throw DataError(told_.description.string(), "", concat("has ", count, " nodes, expected at most ", kMaxNodes));
    }
    data_.node_type = Buffer<std::int32_t>(types_.size() > 1 ? static_cast<std::size_t>(count) : 0);
    for (std::size_t t = 0; t < types_.size(); ++t) {
      const TypeReading& type = types_[t];
      if (types_.size() > 1) {
        std::fill_n(data_.node_type.data() + type.first, type.size(), static_cast<std::int32_t>(t));
        data_.names.node_types.push_back(type.name);
      }
    }
  }

  [[nodiscard]] std::int64_t num_nodes() const { return types_.back().first + types_.back().size(); }

  void set_graph() {
    for (std::size_t i = 0; i < relations_.size(); ++i) {
      const TypeReading &sources = types_[ends_[i].type[0]], &targets = types_[ends_[i].type[1]];
      for (Edge& edge : relations_[i].edges) {
        edge = {static_cast<NodeId>(sources.first + sources.number[edge.source]),
                static_cast<NodeId>(targets.first + targets.number[edge.destination])};
      }
    }
    set_typed_graph(std::move(relations_), num_nodes(), told_.merge, told_.description, data_);
  }

  /// Labels, splits, names of nodes, and how tables were read.
  void describe() {
    data_.task = TaskKind::link_prediction;
    std::map<std::string, std::string> encoders;
    for (TypeReading& type : types_) {
      Dataset own;
      const bool is_labeled = !type.options.label_column.empty();
      type.tables->describe(type.options, type.number, own);
      for (const std::string& sentence : own.assumed) {
        data_.assumed.push_back(about(type.options.nodes, sentence));
      }
      if (!own.encoder.empty()) {
        encoders.emplace(type.name, own.encoder);
      }
      say_isolated(type);
      if (is_labeled) {
        take_labels(type, own);
      }
      if (types_.size() > 1 || !type.tables->names.are_numbers()) {
        const std::string begin = types_.size() > 1 ? type.name + ":" : "";
        std::vector<std::string> names(type.number.size());
        for (std::size_t place = 0; place < names.size(); ++place) {
          names[type.number[place]] = begin + type.tables->names.name(place);
        }
        data_.node_names.insert(data_.node_names.end(), names.begin(), names.end());
      }
    }
    known_task_.give_to_unlabeled(data_);
    data_.encoder = with_words(encoders_text(encoders), {.table = "types",
                                                         .merge = told_.merge,
                                                         .directed = told_.directed,
                                                         .regression = data_.task == TaskKind::node_regression});
  }

  void take_labels(const TypeReading& type, Dataset& own) {
    const auto n = static_cast<std::size_t>(num_nodes());
    data_.task = own.task;
    if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&own.node_labels)) {
      std::vector<std::int64_t> labels(n, -1);
      std::ranges::copy(*classes, labels.begin() + type.first);
      data_.node_labels = std::move(labels);
      data_.num_classes = own.num_classes;
      data_.class_names = std::move(own.class_names);
    } else if (const auto* targets = std::get_if<Tensor>(&own.node_labels)) {
      Tensor all = Tensor::full(static_cast<std::int64_t>(n), targets->cols(), std::numeric_limits<float>::quiet_NaN());
      for (std::int64_t row = 0; row < targets->rows(); ++row) {
        std::ranges::copy(targets->row(row), all.row(static_cast<std::int64_t>(type.first) + row).begin());
      }
      data_.node_labels = std::move(all);
      data_.num_classes = own.num_classes;
      data_.names.targets = std::move(own.names.targets);
    }
    for (Split& split : own.splits) {
      for (std::vector<std::int64_t>* part : {&split.train, &split.val, &split.test}) {
        for (std::int64_t& node : *part) {
          node += type.first;
        }
      }
      data_.splits.push_back(std::move(split));
    }
  }

  void say_isolated(const TypeReading& type) {
    const auto in_edges = static_cast<std::size_t>(std::ranges::count(type.is_in_edge, true));
    const std::size_t all = type.tables->names.size();
    if (type.num_rows > 0 && in_edges > 0 && all == in_edges + type.num_rows) {
      throw DataError(type.options.nodes.string(), "",
                      concat("none of its ", type.num_rows, " nodes, such as '",
                             type.tables->names.name(type.tables->feature_nodes.front()),
                             "', is in an edge, and none of the ", in_edges, " nodes of type '", type.name,
                             "' that edges name, such as '", type.tables->name_without_row(),
                             "', has a row in it; expected the same "
                             "names in both: id says which column has them, source and target which of the edges"));
    }
    if (all > in_edges) {
      data_.assumed.push_back(concat(all - in_edges, " of ", all, " nodes of type '", type.name, "' are in no edge"));
    }
  }

  void set_features() {
    std::vector<TypeFeatures> features;
    bool has_any = false;
    for (TypeReading& type : types_) {
      features.push_back({.name = type.name, .x = {}, .columns = type.tables->feature_names});
      if (type.tables->has_features(type.options)) {
        Tensor x = Tensor::uninitialized(type.size(), type.tables->width);
        type.tables->features.read(type.tables->feature_rows(type.options, type.number), x.values());
        features.back().x = std::move(x);
        has_any = true;
      }
      type.tables.reset();
    }
    if (types_.size() == 1 && has_any) {
      data_.node_features = std::get<Tensor>(std::move(features.front().x));
      data_.names.features = std::move(features.front().columns);
    } else if (has_any) {
      JoinedFeatures joined = joined_features(data_.node_type, features);
      data_.node_features = std::move(joined.x);
      data_.names.features = std::move(joined.columns);
    }
  }

  const TypedTables& told_;
  const ProgressCallback& progress_;
  std::vector<std::string> type_names_;
  std::vector<TypeReading> types_;
  std::vector<EdgeEnds> ends_;
  std::vector<RelationTable> relations_;
  KnownTask known_task_ = {};
  std::int64_t num_bad_ = 0, num_told_ = 0;
  Dataset data_;
};

}  // namespace

Dataset import_typed_tables(const TypedTables& tables, const ProgressCallback& progress) {
  return TypedTableReader(tables, progress).read();
}

std::int64_t typed_tables_memory_bytes(const TypedTables& tables) {
  std::int64_t bytes = 0;
  for (const TypedEdges& edges : tables.edges) {
    bytes += edgelist_memory_bytes(edges.options);
  }
  for (const TypedNodes& nodes : tables.nodes) {
    bytes += edgelist_memory_bytes(nodes.options);
  }
  return bytes;
}

}  // namespace weft
