#include "weft/io/importers/edgelist_importer.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "weft/io/importers/edge_columns.hpp"
#include "weft/io/importers/edge_rows.hpp"
#include "weft/io/importers/edge_sorter.hpp"
#include "weft/io/importers/edge_text.hpp"
#include "weft/io/importers/edgelist_tables.hpp"
#include "weft/io/importers/edgelist_words.hpp"
#include "weft/io/importers/like_columns.hpp"
#include "weft/io/importers/merged_edges.hpp"
#include "weft/io/importers/new_nodes.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

void check(const EdgelistOptions& options) {
  require(options.task == TaskKind::node_classification || options.task == TaskKind::node_regression,
          "import_edgelist: task ", name_of(options.task), ", expected node_classification or node_regression");
  require(!options.bipartite ||
              (options.features.empty() && options.labels.empty() && options.split.empty() && options.nodes.empty()),
          "import_edgelist: with bipartite a node of a table may be a source or a target; expected no tables of nodes");
  require(options.nodes.empty() || options.features.empty(),
          "import_edgelist: features and nodes are two tables of features, expected one");
  require(options.labels.empty() || options.label_column.empty(),
          "import_edgelist: labels stand in a table and in a column, expected one of them");
  require(!options.nodes.empty() || (options.id_column.empty() && options.label_column.empty() &&
                                     options.split_column.empty() && options.drop.empty() && options.kinds.empty() &&
                                     options.split_time.empty() && options.split_group.empty() && options.like.empty()),
          "import_edgelist: options of a table of nodes (id, label, split, drop, kind, split_time, split_group, like) "
          "without one, expected nodes");
}

/// What is counted while edges are read, for sentences about all of them.
class EdgeCounts {
 public:
  void add(const EdgeBatch& batch, bool are_two_kinds) {
    count_ += static_cast<std::int64_t>(batch.edges.size());
    if (are_two_kinds) {
      for (const auto [source, destination] : batch.edges) {
        mark(is_source_, source);
        mark(is_target_, destination);
      }
    }
    for (const auto [source, destination] : batch.edges) {
      ascending_ += source < destination ? 1 : 0;
      loops_ += source == destination ? 1 : 0;
    }
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  /// Nodes that are sources and targets, where these are two kinds.
  [[nodiscard]] std::int64_t num_shared() const {
    std::int64_t shared = 0;
    for (std::size_t v = 0; v < std::min(is_source_.size(), is_target_.size()); ++v) {
      shared += is_source_[v] && is_target_[v] ? 1 : 0;
    }
    return shared;
  }

  /// Of a graph that stores so many edges, self-loops among them. A list of both directions of all edges repeats none.
  [[nodiscard]] std::int64_t num_repeats(const EdgelistOptions& options, EdgeId stored,
                                         std::int64_t stored_loops) const {
    if (options.directed || options.bipartite) {
      return options.bipartite && !options.directed ? count_ - stored / 2 : count_ - stored;
    }
    const bool has_both = count_ == stored + (loops_ - stored_loops) && 2 * ascending_ == count_ - loops_;
    return has_both ? loops_ - stored_loops : count_ - (stored + stored_loops) / 2;
  }

 private:
  static void mark(std::vector<bool>& nodes, NodeId node) {
    if (node >= nodes.size()) {
      nodes.resize(std::max(node + std::size_t{1}, 2 * nodes.size()));
    }
    nodes[node] = true;
  }

  std::int64_t count_ = 0, ascending_ = 0, loops_ = 0;
  std::vector<bool> is_source_, is_target_;
};

std::string merging_sentence(const EdgelistOptions& options, std::int64_t repeats, std::int64_t count, bool has_values,
                             bool has_times) {
  std::string kept;
  if (has_values) {
    switch (options.merge) {
      case MergeEdges::first:
        kept = ": the values of the first row count";
        break;
      case MergeEdges::last:
        kept = ": the values of the last row count";
        break;
      default:
        kept = concat(": the ", name_of(options.merge), " of their weights counts",
                      has_times ? ", and the first time" : "");
    }
    kept += " (--merge; keep: all of them)";
  }
  return concat(repeats, " of ", count, " rows repeat an edge",
                options.directed ? "" : ", in this or the other direction", ", and are merged with it", kept);
}

/// What is read of the edges but the edges.
struct EdgeReading {
  EdgeForm form;
  std::vector<std::string> relations;
  EdgeCounts counts;
};

/// Calls take(batch) with some edges at a time.
template <class Take>
EdgeReading read_edges(const EdgelistOptions& options, const ProgressCallback& progress, NodeNames& names,
                       NodeNames& targets, std::vector<std::string>& assumed, const Take& take) {
  EdgeText text(options);
  EdgeBatch batch;
  EdgeReading reading;
  while (text.next(names, targets, batch)) {
    reading.counts.add(batch, text.form().names_two_kinds && !options.bipartite);
    take(batch, text.form());
    if (progress) {
      progress({.stage = "reading edges", .done = reading.counts.count(), .total = 0, .detail = ""});
    }
  }
  for (std::string& sentence : text.assumed()) {
    assumed.push_back(std::move(sentence));
  }
  reading.form = text.form();
  if (const std::int64_t shared = reading.counts.num_shared(); shared > 0) {
    assumed.push_back(concat(shared, " nodes are in both columns ", reading.form.name_of(reading.form.source), " and ",
                             reading.form.name_of(reading.form.target),
                             ", and each is one node; --bipartite makes two of what is called alike"));
  }
  reading.relations = text.relations();
  return reading;
}

/// The largest integer that is believed to be a node because all below it are nodes too: files of so many bytes have no
/// room for more names, however well they are compressed. Nothing if a file cannot be read twice.
std::optional<std::int64_t> largest_integer(const EdgelistOptions& options) {
  std::uintmax_t bytes = 0;
  for (const fs::path& path : {options.edges, options.features, options.labels, options.nodes}) {
    std::error_code error;
    if (path.empty() || fs::is_regular_file(path, error)) {
      bytes += path.empty() ? 0 : fs::file_size(path, error);
    } else if (fs::exists(path, error)) {
      return std::nullopt;
    }
  }
  constexpr std::uintmax_t kNamesAByte = 64;
  return static_cast<std::int64_t>(std::min<std::uintmax_t>(bytes, kMaxNodes / kNamesAByte) * kNamesAByte);
}

/// Runs `import` with nodes that are integers, and where they are not, from the start with nodes of any name. What is
/// left out is told once.
template <class Import>
auto with_names(EdgelistOptions options, const Import& import) {
  std::int64_t seen = 0, told = 0;
  if (options.on_bad_row) {
    options.on_bad_row = [&seen, &told, tell = options.on_bad_row](const std::string& problem) {
      if (++seen > told) {
        told = seen;
        tell(problem);
      }
    };
  }
  if (const std::optional<std::int64_t> largest = largest_integer(options)) {
    try {
      return import(options, NodeNames::integers(*largest));
    } catch (const NotIntegers& error) {
      seen = 0;
      // As most files are not.
      if (error.have_zeros()) {
        try {
          return import(options, NodeNames::decimals());
        } catch (const NotIntegers&) {
          seen = 0;
        }
      }
    }
  }
  return import(options, NodeNames());
}

std::int64_t num_loops(const CsrGraph& graph) {
  std::int64_t loops = 0;
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    loops += std::ssize(std::ranges::equal_range(graph.sources_of(static_cast<NodeId>(v)), static_cast<NodeId>(v)));
  }
  return loops;
}

/// Sources first, then targets, each by their own names.
std::vector<NodeId> set_two_kinds(const EdgeForm& form, const NodeNames& sources, const NodeNames& targets,
                                  Dataset& data) {
  const auto kind_of = [&](std::size_t column, const char* otherwise) {
    std::string kind = column < form.header.size() ? form.header[column] : std::string(otherwise);
    for (const std::string_view end : {"_id:token", ":token", "_id", "Id", "ID"}) {
      if (kind.size() > end.size() && kind.ends_with(end)) {
        kind = kind.substr(0, kind.size() - end.size());
        break;
      }
    }
    return kind;
  };
  data.names.node_types = {kind_of(form.source, "source"), kind_of(form.target, "target")};
  data.node_type = Buffer<std::int32_t>(sources.size() + targets.size(), 0);
  std::fill(data.node_type.begin() + static_cast<std::ptrdiff_t>(sources.size()), data.node_type.end(), 1);
  for (std::size_t kind = 0; kind < 2; ++kind) {
    const NodeNames& names = kind == 0 ? sources : targets;
    if (names.expects_integers()) {
      // Throws where one is missing, which would be a node that nobody named.
      static_cast<void>(names.are_numbers());
    }
    const std::vector<NodeId> number = names.numbering();
    const std::size_t first = data.node_names.size();
    data.node_names.resize(first + names.size());
    for (std::size_t v = 0; v < names.size(); ++v) {
      data.node_names[first + number[v]] = concat(data.names.node_types[kind], ":", names.name(v));
    }
  }
  return targets.numbering();
}

void say_isolated(const EdgelistOptions& options, std::size_t in_edges, const EdgelistTables& tables,
                  std::vector<std::string>& assumed) {
  const std::size_t all = tables.names.size(), rows = tables.feature_nodes.size();
  if (!options.nodes.empty() && in_edges > 0 && rows > 0 && all == in_edges + rows) {
    throw DataError(
        options.nodes.string(), "",
        concat("none of its ", rows, " nodes, such as '", tables.names.name(tables.feature_nodes.front()),
               "', is in an edge, and none of the ", in_edges, " nodes of ", options.edges.filename().string(),
               ", such as '", tables.name_without_row(),
               "', has a row in it; expected the same names in both: --id says which column has them, --source "
               "and --target which columns of the edges"));
  }
  if (all > in_edges && in_edges > 0) {
    const std::filesystem::path& table = !options.nodes.empty()      ? options.nodes
                                         : !options.features.empty() ? options.features
                                                                     : options.labels;
    const std::size_t alone = all - in_edges;
    assumed.push_back(concat(alone, alone == 1 ? " node in " : " nodes in ", table.filename().string(),
                             options.features.empty() || options.labels.empty() ? "" : " or the labels",
                             alone == 1 ? " is in no edge" : " are in no edge"));
  }
}

/// Weights that are finite each may have a sum that is not.
void refuse_overflow(const EdgelistOptions& options, std::span<const float> weights, const Dataset& data) {
  const auto found = std::ranges::find_if(weights, [](float weight) { return weight - weight != 0.0F; });
  if (found == weights.end()) {
    return;
  }
  const auto edge = static_cast<EdgeId>(found - weights.begin());
  const auto offsets = data.graph.offsets();
  const auto target = static_cast<NodeId>(std::ranges::upper_bound(offsets, edge) - offsets.begin() - 1);
  const NodeId source = data.graph.sources()[static_cast<std::size_t>(edge)];
  const auto name = [&](NodeId v) { return data.node_names.empty() ? std::to_string(v) : data.node_names[v]; };
  throw DataError(options.edges.string(), "",
                  concat("the ", name_of(options.merge), " of the weights of the edges from '", name(source), "' to '",
                         name(target), "' is no finite number of 32 bits; --merge mean, max, first or last gives one"));
}

NewNodes import_in_memory(const EdgelistOptions& options, const KnownTables& known, const ProgressCallback& progress,
                          NodeNames names, bool are_some = false) {
  NodeNames targets = names;
  EdgelistTables tables(std::move(names), {}, std::numeric_limits<std::int64_t>::max());
  tables.are_some = are_some;
  EdgeBatch all;
  NewNodes result;
  Dataset& data = result.dataset;
  data.assumed = known.assumed;
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  const EdgeReading reading = read_edges(options, progress, tables.names, options.bipartite ? targets : tables.names,
                                         data.assumed, [&](const EdgeBatch& batch, const EdgeForm&) {
                                           append(all.edges, batch.edges);
                                           append(all.weights, batch.weights);
                                           append(all.times, batch.times);
                                           append(all.relations, batch.relations);
                                         });
  const std::size_t in_edges = tables.names.num_named();
  tables.known = known.encoder ? &*known.encoder : nullptr;
  tables.read(options);
  const std::vector<NodeId> number = tables.names.numbering();
  tables.describe(options, number, data);
  known.task.give_to_unlabeled(data);
  EdgeColumns columns;
  EdgelistWords words = words_of(options, reading.form, tables);
  if (reads_edge_columns(options)) {
    columns = read_edge_columns(options, reading.form, reading.counts.count(), data.assumed);
    words.edge_encoder = columns.encoder;
  }
  data.encoder = with_words(data.encoder, words);
  for (const NodeId node : tables.feature_nodes) {
    result.rows.push_back(number[node]);
  }
  auto num_nodes = static_cast<std::int64_t>(number.size());
  if (options.bipartite) {
    data.node_names.clear();
    std::vector<NodeId> target_number = set_two_kinds(reading.form, tables.names, targets, data);
    for (Edge& edge : all.edges) {
      edge = {number[edge.source], static_cast<NodeId>(number.size() + target_number[edge.destination])};
    }
    num_nodes += static_cast<std::int64_t>(target_number.size());
    require(num_nodes <= kMaxNodes, "import_edgelist: ", num_nodes, " nodes, expected at most ", kMaxNodes);
  } else {
    for (Edge& edge : all.edges) {
      edge = {number[edge.source], number[edge.destination]};
    }
  }
  say_isolated(options, in_edges, tables, data.assumed);
  const bool has_columns = reads_edge_columns(options);
  const bool has_values = reading.form.weight || reading.form.time || reading.form.relation || has_columns;
  if (has_values) {
    all.wants_places = has_columns;
    MergedEdges edges = merged_edges(num_nodes, all, !options.directed, options.merge);
    data.graph = std::move(edges.graph);
    if (reading.form.weight) {
      refuse_overflow(options, {edges.weights.data(), edges.weights.size()}, data);
      data.edge_features = Tensor::from_buffer(data.graph.num_edges(), 1, std::move(edges.weights));
      data.weight_column = 0;
      data.names.edge_features = {reading.form.header.empty() ? "weight" : reading.form.header[*reading.form.weight]};
    }
    if (has_columns) {
      add_edge_columns(columns, {edges.places.data(), edges.places.size()}, data);
    }
    data.edge_time = std::move(edges.times);
    data.time_unit = unit_of_times(options, reading.form, data.edge_time);
    data.edge_type = std::move(edges.relations);
    if (reading.form.relation) {
      data.names.edge_types = reading.relations;
    }
  } else {
    require(options.merge != MergeEdges::keep, "merge: is keep, and ", options.edges.string(),
            " has no weights, times, relations or features, which tell edges between the same two nodes apart");
    data.graph = CsrGraph::from_edges(num_nodes, all.edges, {.symmetrize = !options.directed});
  }
  if (const std::int64_t repeats =
          reading.counts.num_repeats(options, data.graph.num_edges(), options.bipartite ? 0 : num_loops(data.graph));
      repeats > 0) {
    data.assumed.push_back(
        merging_sentence(options, repeats, reading.counts.count(), has_values, reading.form.time.has_value()));
  }
  if (tables.has_features(options)) {
    Tensor features = Tensor::uninitialized(num_nodes, tables.width);
    tables.features.read(tables.feature_rows(options, number), features.values());
    data.node_features = std::move(features);
  }
  return result;
}

/// A share of the memory for sorting edges, one for features; the rest is for what has an entry a node.
WrittenDataset import_to_file(const EdgelistOptions& options, const KnownTables& known, const ImportedFile& file,
                              const ProgressCallback& progress, NodeNames names) {
  require(!options.bipartite && options.merge == MergeEdges::first && !reads_edge_columns(options),
          "import_edgelist_to_file: ",
          options.bipartite             ? std::string("bipartite")
          : reads_edge_columns(options) ? std::string("features of edges")
                                        : concat("merge=", name_of(options.merge)),
          " needs the edges in memory, expected a larger memory limit");
  EdgelistTables tables(std::move(names), file.output, file.memory_bytes / 8);
  LargeDataset data;
  data.rest.assumed = known.assumed;
  std::optional<EdgeSorter> sorter;
  const EdgeReading reading = read_edges(
      options, progress, tables.names, tables.names, data.rest.assumed,
      [&](const EdgeBatch& batch, const EdgeForm& form) {
        require(!form.time && !form.relation, "import_edgelist_to_file: column ",
                form.name_of(form.time ? *form.time : form.relation.value_or(0)),
                " of the edges (times or relations) needs them in memory, expected a larger memory limit, or ",
                form.time ? "--time none" : "--relation none");
        if (!sorter) {
          sorter.emplace(EdgeSorterOptions{.target = file.output,
                                           .memory_bytes = file.memory_bytes / 2,
                                           .symmetrize = !options.directed,
                                           .has_weights = form.weight.has_value()});
        }
        sorter->add(batch.edges, batch.weights);
      });
  if (!sorter) {
    sorter.emplace(EdgeSorterOptions{.target = file.output, .memory_bytes = file.memory_bytes / 2});
  }
  const std::size_t in_edges = tables.names.num_named();
  tables.known = known.encoder ? &*known.encoder : nullptr;
  tables.read(options);
  if (tables.names.are_numbers() && !tables.names.expects_integers()) {
    // More of them than the files' sizes let expect. The edges were sorted by other numbers.
    EdgelistOptions again = options;
    if (again.on_bad_row) {
      again.on_bad_row = [](const std::string&) {};
    }
    return import_to_file(again, known, file, progress, NodeNames::integers(kMaxNodes));
  }
  const std::vector<NodeId> number = tables.names.numbering();
  tables.describe(options, number, data.rest);
  known.task.give_to_unlabeled(data.rest);
  data.rest.encoder = with_words(data.rest.encoder, words_of(options, reading.form, tables));
  say_isolated(options, in_edges, tables, data.rest.assumed);
  std::vector<std::int64_t> feature_row;
  if (tables.has_features(options)) {
    feature_row = tables.feature_rows(options, number);
    data.num_features = tables.width;
    data.fill_features = [&](std::int64_t first, std::int64_t count, std::span<float> rows) {
      tables.features.read(std::span<const std::int64_t>(feature_row)
                               .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                           rows);
    };
  }
  sorter->finish();
  data.has_weights = reading.form.weight.has_value();
  if (data.has_weights) {
    data.rest.weight_column = 0;
    data.rest.names.edge_features = {reading.form.header.empty() ? "weight"
                                                                 : reading.form.header[*reading.form.weight]};
  }
  std::int64_t loops = 0;
  data.offsets = row_offsets(
      static_cast<std::int64_t>(number.size()),
      [&](FunctionRef<void(const EdgePiece&)> use) {
        sorter->visit([&](const EdgePiece& piece) {
          for (std::size_t i = 0; i < piece.rows.size(); ++i) {
            loops += piece.rows[i] == piece.sources[i] ? 1 : 0;
          }
          use(piece);
        });
      },
      progress);
  data.visit_edges = [&](FunctionRef<void(const EdgePiece&)> use) { sorter->visit(use); };
  if (const std::int64_t repeats = reading.counts.num_repeats(options, data.num_edges(), loops); repeats > 0) {
    data.rest.assumed.push_back(merging_sentence(options, repeats, reading.counts.count(), data.has_weights, false));
  }
  if (options.strict) {
    require_nothing_assumed(options.edges, data.rest.assumed);
  }
  write_dataset(data, file.output, file.write, progress);
  return {data.rest.name, data.size(), data.rest.assumed};
}

}  // namespace

Dataset import_edgelist(const EdgelistOptions& options, const ProgressCallback& progress) {
  check(options);
  EdgelistOptions completed = options;
  const KnownTables known = known_tables(completed);
  return with_names(completed, [&](const EdgelistOptions& told_once, NodeNames names) {
    return import_in_memory(told_once, known, progress, std::move(names)).dataset;
  });
}

NewNodes import_new_nodes(const EdgelistOptions& options, bool are_some, const ProgressCallback& progress) {
  check(options);
  EdgelistOptions completed = options;
  const KnownTables known = known_tables(completed);
  return with_names(completed, [&](const EdgelistOptions& told_once, NodeNames names) {
    return import_in_memory(told_once, known, progress, std::move(names), are_some);
  });
}

std::int64_t edgelist_memory_bytes(const EdgelistOptions& options) {
  // Of a byte of text: an edge of 14 bytes, a name, or a number of 8 bytes, in all the forms that they pass through.
  constexpr std::int64_t kOfEdges = 10, kOfTables = 2, kOfNodes = 6;
  return memory_of_text(options.edges, kOfEdges) + memory_of_text(options.features, kOfTables) +
         memory_of_text(options.labels, kOfTables) + memory_of_text(options.nodes, kOfNodes) +
         (reads_edge_columns(options) ? memory_of_text(options.edges, kOfNodes) : 0);
}

WrittenDataset import_edgelist_to_file(const EdgelistOptions& options, const ImportedFile& file,
                                       const ProgressCallback& progress) {
  check(options);
  require(file.memory_bytes > 0, "import_edgelist_to_file: memory_bytes is ", file.memory_bytes,
          ", expected more than 0");
  EdgelistOptions completed = options;
  const KnownTables known = known_tables(completed);
  return with_names(completed, [&](const EdgelistOptions& told_once, NodeNames names) {
    return import_to_file(told_once, known, file, progress, std::move(names));
  });
}

}  // namespace weft
