#include "weft/cli/new_tables.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/matched_data.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edgelist_words.hpp"
#include "weft/io/importers/graphs_importer.hpp"
#include "weft/io/importers/new_nodes.hpp"
#include "weft/io/joined_nodes.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft::cli {
namespace {

/// Where messages speak of the run's encoder.
constexpr const char* kEncoder = "the encoder of the run";

bool reads_weights(const TrainedModel& model) {
  const Options& options = model.options();
  return options.has("edge_weights") && options.flag("edge_weights") && options.flag("edges");
}

/// How far the model sees; nothing: it reads all of the graph.
std::optional<std::int64_t> hops_of(const TrainedModel& model) {
  const Options& options = model.options();
  const bool has_encoding = options.has("encoding") && options.text("encoding") != "none";
  const NodeModel* network = model.trained().node_model();
  if (network == nullptr || !model.reads_by_layers() || has_encoding) {
    return std::nullopt;
  }
  if (options.has("convolution") && options.text("convolution") == "none") {
    // Its layers see no edges.
    return 0;
  }
  return static_cast<std::int64_t>(network->hop_layers()->num_layers());
}

/// The one that has a row for what is predicted.
std::filesystem::path table_of(const TableFlags& tables) {
  return !tables.graphs.empty() ? tables.graphs : tables.nodes.empty() ? tables.edges : tables.nodes;
}

EdgelistOptions options_of(const TableFlags& tables, const TrainedModel& model, bool with_labels) {
  EdgelistOptions options = options_like(model.encoder(), kEncoder);
  const EdgelistWords words = words_in(model.encoder(), kEncoder).value_or(EdgelistWords{});
  options.edges = tables.edges;
  options.name = table_of(tables).stem().string();
  options.seed = 0;
  if (words.table == "features") {
    options.features = tables.nodes;
  } else if (!tables.nodes.empty()) {
    options.nodes = tables.nodes;
    options.id_column = words.id;
  }
  if (with_labels) {
    options.label_column = words.label;
    options.task = model.task().kind == TaskKind::node_regression ? TaskKind::node_regression : options.task;
  }
  return options;
}

std::string name_of_node(const Dataset& data, std::int64_t node) {
  return data.node_names.empty() ? std::to_string(node) : data.node_names[static_cast<std::size_t>(node)];
}

/// Which old node each of the new dataset is, by name, or where the old ones have no names by number; -1: none.
std::vector<std::int64_t> old_nodes_of(const OldGraph& old_graph, const Dataset& fresh) {
  const Dataset& old = old_graph.dataset;
  const std::int64_t n = old.graph.num_nodes();
  std::vector<std::int64_t> found(static_cast<std::size_t>(fresh.graph.num_nodes()), -1);
  if (old_graph.find) {
    for (std::size_t v = 0; v < found.size(); ++v) {
      found[v] = old_graph.find(name_of_node(fresh, static_cast<std::int64_t>(v)));
    }
    return found;
  }
  if (!old.node_names.empty()) {
    std::unordered_map<std::string, std::size_t> wanted;
    for (std::size_t v = 0; v < found.size(); ++v) {
      wanted.emplace(name_of_node(fresh, static_cast<std::int64_t>(v)), v);
    }
    for (std::int64_t v = 0; v < n; ++v) {
      if (const auto at = wanted.find(old.node_names[static_cast<std::size_t>(v)]); at != wanted.end()) {
        found[at->second] = v;
      }
    }
    return found;
  }
  // Numbers are those of the data before nodes were put into another order.
  std::vector<std::int64_t> place(old.original_node.size());
  for (std::size_t v = 0; v < place.size(); ++v) {
    place[static_cast<std::size_t>(old.original_node[v])] = static_cast<std::int64_t>(v);
  }
  for (std::size_t v = 0; v < found.size(); ++v) {
    const std::int64_t number = parse_id(name_of_node(fresh, static_cast<std::int64_t>(v)));
    if (number >= 0 && number < n) {
      found[v] = place.empty() ? number : place[static_cast<std::size_t>(number)];
    }
  }
  return found;
}

/// Throws DataError at the first line of the edges that names the node.
[[noreturn]] void refuse_stranger(const TableFlags& tables, const Dataset& old, const std::string& name) {
  constexpr std::size_t kMostLookedAt = 200'000;
  const std::string nearest =
      old.node_names.size() <= kMostLookedAt ? nearest_name(name, old.node_names) : std::string();
  const std::string problem =
      concat("names node '", name, "', which is neither in ", tables.graph, " nor in ", tables.nodes,
             nearest.empty() ? "" : concat("; did you mean '", nearest, "'?"),
             old.node_names.empty() ? concat(", whose nodes have numbers below ", old.graph.num_nodes()) : "");
  DelimitedRows rows(tables.edges);
  std::vector<std::string_view> fields;
  while (rows.next(fields)) {
    if (std::ranges::any_of(fields,
                            [&](std::string_view field) { return without_zeros(field) == name || field == name; })) {
      rows.fail(problem);
    }
  }
  throw DataError(tables.edges, "", problem);
}

/// The nodes that are scored: those of the table, or of no table those of the edges that the old graph does not have.
std::vector<std::int64_t> new_nodes_of(const TableFlags& tables, const NewNodes& fresh, const Dataset& old,
                                       const std::vector<std::int64_t>& old_node) {
  std::vector<std::int64_t> nodes(fresh.rows.begin(), fresh.rows.end());
  std::vector<bool> is_row(old_node.size(), false);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    is_row[static_cast<std::size_t>(nodes[i])] = true;
    if (old_node[static_cast<std::size_t>(nodes[i])] >= 0) {
      throw DataError(tables.nodes, "",
                      concat("row ", i + 1, " is of node '", name_of_node(fresh.dataset, nodes[i]), "', which ",
                             tables.graph, " has already, expected new nodes alone; those that it has are scored by: ",
                             "weft predict RUN ", tables.graph));
    }
  }
  for (std::size_t v = 0; v < old_node.size(); ++v) {
    if (old_node[v] >= 0 || is_row[v]) {
      continue;
    }
    if (!tables.nodes.empty()) {
      refuse_stranger(tables, old, name_of_node(fresh.dataset, static_cast<std::int64_t>(v)));
    }
    nodes.push_back(static_cast<std::int64_t>(v));
  }
  if (nodes.empty()) {
    throw DataError(tables.nodes.empty() ? tables.edges : tables.nodes, "",
                    concat("holds no node that ", tables.graph, " does not have, expected new ones"));
  }
  return nodes;
}

void require_labels(const TableFlags& tables, const EdgelistOptions& options, bool judges_nodes) {
  if (judges_nodes && (options.nodes.empty() || options.label_column.empty())) {
    throw DataError(table_of(tables).string(), "",
                    "has no labels: the model was trained on data whose labels stand in no column of a table of nodes; "
                    "a dataset with labels is made by: weft import edgelist --like RUN");
  }
}

/// What of the old dataset stays in its file: what is read of it are rows.
ReadOptions old_read_options(const std::filesystem::path& path, const TrainedModel& model) {
  if (!hops_of(model)) {
    return {};
  }
  const DatasetSize size = read_dataset_size(path);
  const bool reads_edge_data =
      model.shape().edge_kind != FeatureKind::none || (reads_weights(model) && size.edge_bytes > 0);
  return {.leaves_features = size.has_dense_features, .leaves_edges = size.has_plain_edges && !reads_edge_data};
}

Dataset read_old_graph(const std::filesystem::path& path, const SharedFlags& flags, const TrainedModel& model) {
  ReadOptions read = old_read_options(path, model);
  Dataset old = load_dataset(path, flags, read).dataset;
  if (old.node_features.is_in_file() && !old.names.features.empty() && !model.names().features.empty() &&
      old.names.features != model.names().features) {
    // Columns are found by their names in memory.
    read.leaves_features = false;
    old = load_dataset(path, flags, read).dataset;
  }
  if (old.has_many_graphs()) {
    throw DataError(path.string(), "",
                    concat("holds ", old.num_graphs(), " graphs, expected one graph to join nodes to"));
  }
  if (!old.node_type.empty()) {
    throw DataError(path.string(), "/node/type",
                    "nodes have types, and new ones cannot be joined to such a graph, expected a graph of one type; "
                    "tables of all nodes, old and new, are read by: weft import tables FILE.toml");
  }
  old.node_labels = {};
  old.class_names.clear();
  old.names.targets.clear();
  old.splits.clear();
  return old;
}

void say_assumed(const Dataset& dataset, bool quiet) {
  for (const std::string& sentence : dataset.assumed) {
    say(quiet, "assumed: " + sentence);
  }
}

NewNodes import_tables(const EdgelistOptions& options, bool are_some, const SharedFlags& flags) {
  ProgressBar bar(flags.quiet);
  NewNodes fresh =
      import_new_nodes(options, are_some, [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); });
  bar.clear();
  say_assumed(fresh.dataset, flags.quiet);
  return fresh;
}

/// Of the new nodes, at their rows in the joined dataset, which are the test part of a split "new".
void set_labels(const Labels& labels, const NodeJoin& join, const std::vector<std::int64_t>& rows, Dataset& joined) {
  const auto n = static_cast<std::size_t>(joined.graph.num_nodes());
  Split split{.name = "new"};
  if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels)) {
    std::vector<std::int64_t> all(n, -1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int64_t label = (*classes)[static_cast<std::size_t>(join.new_nodes[i])];
      all[static_cast<std::size_t>(rows[i])] = label;
      if (label >= 0) {
        split.test.push_back(rows[i]);
      }
    }
    joined.node_labels = std::move(all);
  } else if (const auto* targets = std::get_if<Tensor>(&labels)) {
    Tensor all = Tensor::full(static_cast<std::int64_t>(n), targets->cols(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::ranges::copy(targets->row(join.new_nodes[i]), all.row(rows[i]).begin());
      split.test.push_back(rows[i]);
    }
    joined.node_labels = std::move(all);
  }
  std::ranges::sort(split.test);
  joined.splits = {std::move(split)};
}

/// All that is labeled is judged.
void set_test_part(Dataset& dataset, const std::string& table, bool quiet) {
  Split split{.name = "new"};
  const bool of_graphs = dataset.has_many_graphs();
  const Labels& labels = of_graphs ? dataset.graph_labels : dataset.node_labels;
  if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels)) {
    for (std::size_t v = 0; v < classes->size(); ++v) {
      if ((*classes)[v] >= 0) {
        split.test.push_back(static_cast<std::int64_t>(v));
      }
    }
  } else {
    split.test.resize(static_cast<std::size_t>(of_graphs ? dataset.num_graphs() : dataset.graph.num_nodes()));
    std::iota(split.test.begin(), split.test.end(), std::int64_t{0});
  }
  say(quiet, concat("judged: all labeled ", of_graphs ? "graphs" : "nodes", " of ", table, ", as the test part"));
  dataset.splits = {std::move(split)};
}

/// Tables of many graphs.
NewData graphs_data(const TableFlags& tables, const SharedFlags& flags, const TrainedModel& model, bool with_labels) {
  ProgressBar bar(flags.quiet);
  NewData data{.dataset = import_graphs({.graphs = tables.graphs,
                                         .nodes = tables.nodes,
                                         .edges = tables.edges,
                                         .name = table_of(tables).stem().string(),
                                         .encoder = model.encoder(),
                                         .reads_labels = with_labels},
                                        [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); })};
  bar.clear();
  say_assumed(data.dataset, flags.quiet);
  if (with_labels) {
    if (std::holds_alternative<std::monostate>(data.dataset.graph_labels)) {
      throw DataError(tables.graphs, "", "has no column of labels called as in the data of the run");
    }
    set_test_part(data.dataset, tables.graphs, flags.quiet);
  }
  data.dataset.task = model.task().kind;
  match_data(data.dataset, tables.graphs, model, flags.quiet);
  return data;
}

}  // namespace

void TableFlags::require_data(const std::string& command, const std::string& dataset) const {
  require(!dataset.empty() || are_given(), command,
          ": DATA is required, a dataset; or tables: --edges, with --nodes, and with --graphs");
  require(dataset.empty() || !are_given(), command, ": ", dataset, " is a dataset, and ",
          !edges.empty()    ? "--edges"
          : !nodes.empty()  ? "--nodes"
          : !graphs.empty() ? "--graphs"
                            : "--graph",
          " names other data, expected one of the two");
  require(!dataset.empty() || !edges.empty(), command, ": ",
          !nodes.empty()    ? "--nodes"
          : !graphs.empty() ? "--graphs"
                            : "--graph",
          ": the edges are missing, expected ", "--edges too");
  require(
      graphs.empty() || graph.empty(), command,
      ": --graphs is a table of many graphs, and --graph one old graph that nodes are new to; expected one of them");
}

void add_table_flags(CLI::App& command, TableFlags& flags) {
  command.add_option(
      "--nodes", flags.nodes,
      "instead of DATA: a table of nodes as the model was trained on, encoded as those were; columns are "
      "called as there. With other words: weft import edgelist EDGES --nodes NODES --like RUN");
  command.add_option("--edges", flags.edges,
                     "the edges of --nodes, or alone where the model was trained on edges alone");
  command.add_option(
      "--graphs", flags.graphs,
      "a table of many graphs, of whose nodes and edges --nodes and --edges are, as `weft import graphs` "
      "read those of the model");
  command.add_option("--graph", flags.graph,
                     "a dataset that the nodes of --nodes are new to: edges name its nodes too, by name, or by number "
                     "where they have no names. Only new nodes are predicted or judged, and of the dataset only what "
                     "they see is read, unless the model reads whole graphs");
}

void require_tables_fit(const TableFlags& tables, const std::string& run, const TrainedModel& model) {
  const Rows rows = model.task().rows;
  const std::optional<EdgelistWords> known = words_in(model.encoder(), run);
  const std::string kind = known ? known->table : "";
  if (!tables.graphs.empty() || rows == Rows::graphs) {
    require(rows == Rows::graphs, "--graphs: ", model.what(), ", expected one of graphs; its tables are --nodes and ",
            "--edges");
    require(!tables.graphs.empty(), "--edges: ", model.what(), ", expected their table too: --graphs");
    if (kind != "graphs") {
      throw DataError(
          run, "",
          concat("does not hold how features are made of tables of graphs, as a run on data of `weft import "
                 "graphs` does, expected a dataset; it is predicted by: weft predict ",
                 run, " DATA.h5"));
    }
    return;
  }
  require(rows == Rows::nodes || rows == Rows::links, "--edges: ", model.what(),
          ", expected one of nodes or links; others read datasets: DATA");
  if (kind == "types" && !tables.graph.empty()) {
    throw DataError(
        run, "",
        concat("was trained on several tables of nodes and edges, and nodes of types cannot be joined to an "
               "old graph, expected no --graph; a TOML file with like = \"",
               run,
               "\" whose tables have the old rows and the new ones is read by: weft import tables "
               "FILE.toml -o all.h5, then: weft predict ",
               run, " all.h5"));
  }
  if (kind == "types") {
    throw DataError(
        run, "",
        concat("was trained on several tables of nodes and edges; new ones are described by a TOML file with "
               "like = \"",
               run, "\" and read by: weft import tables FILE.toml -o new.h5, then: weft predict ", run, " new.h5"));
  }
  const std::string other = concat("; a dataset is predicted by: weft predict ", run, " DATA.h5");
  const std::optional<EdgelistWords>& words = known;
  const bool is_table = !model.encoder().empty() && (!words || !words->table.empty());
  // Of a learned row for each node there is more to say, where it is known which nodes these are.
  const bool has_features = model.shape().feature_kind != FeatureKind::none && model.shape().num_features > 0 &&
                            model.trained().description().table_nodes.empty();
  if (!tables.nodes.empty() && !is_table) {
    throw DataError(run, "",
                    concat("does not hold how features are made of a table of nodes, as a run on data of `weft import "
                           "edgelist --nodes` does, expected ",
                           has_features ? "a dataset" : "--edges alone", other));
  }
  if (tables.nodes.empty() && has_features) {
    throw DataError(
        run, "",
        concat("reads ", model.shape().num_features, " features of nodes, ",
               is_table ? "expected their table: --nodes" : "which no table of edges has, expected a dataset",
               is_table ? "" : other));
  }
  const std::string sampler = model.options().has("sampler") ? model.options().text("sampler") : "";
  require(tables.graph.empty() || (sampler != "temporal" && sampler != "typed"), "--graph: the sampler ", sampler,
          " of the model reads times or types of edges, which new edges cannot be joined to; expected tables of all "
          "nodes");
  require(tables.graph.empty() || !words || !words->bipartite,
          "--graph: the edges join two kinds of nodes, which are not told apart in it; expected tables of all nodes");
}

void rehearse_old_graph(const TableFlags& tables, const SharedFlags& flags, const TrainedModel& model) {
  if (!tables.graph.empty()) {
    const std::filesystem::path path = dataset_path(tables.graph);
    rehearse_size(path, flags);
    rehearse_dataset(path, flags, old_read_options(path, model));
  }
}

NewData load_new_data(const TableFlags& tables, const SharedFlags& flags, const TrainedModel& model, bool with_labels) {
  if (!tables.graphs.empty()) {
    return graphs_data(tables, flags, model, with_labels);
  }
  const bool judges_nodes = with_labels && model.task().rows == Rows::nodes;
  if (!tables.graph.empty()) {
    require(!with_labels || judges_nodes, "--graph: ", model.what(),
            ", expected one of nodes, whose labels are judged");
    const std::filesystem::path path = dataset_path(tables.graph);
    OldGraph old{.name = path.string(), .dataset = read_old_graph(path, flags, model)};
    old.dataset.task = model.task().kind;
    // What holds for the old graph alone is not what is said of the one that nodes have joined.
    std::vector<std::string> notes = notes_of_match(old.dataset, old.name, model);
    const std::vector<std::string> of_old = model.trained().notes(old.dataset);
    std::erase_if(notes, [&](const std::string& note) { return std::ranges::find(of_old, note) != of_old.end(); });
    say_all(flags.quiet, notes);
    return join_new_data(old, tables, flags, model, with_labels);
  }
  const EdgelistOptions options = options_of(tables, model, with_labels);
  const std::string table = table_of(tables).string();
  require_labels(tables, options, judges_nodes);
  NewNodes fresh = import_tables(options, false, flags);
  NewData data{.dataset = std::move(fresh.dataset)};
  data.dataset.task = model.task().kind;
  if (judges_nodes) {
    set_test_part(data.dataset, table, flags.quiet);
  }
  match_data(data.dataset, table, model, flags.quiet);
  const auto num_nodes = static_cast<std::size_t>(data.dataset.graph.num_nodes());
  if (!fresh.rows.empty() && fresh.rows.size() < num_nodes && !with_labels) {
    say(flags.quiet, concat("left out: ", num_nodes - fresh.rows.size(), " nodes that are in ", tables.edges,
                            " and have no row in ", tables.nodes, " are read, and get no row of predictions"));
  }
  data.rows.assign(fresh.rows.begin(), fresh.rows.end());
  if (data.rows.empty()) {
    data.rows.resize(num_nodes);
    std::iota(data.rows.begin(), data.rows.end(), std::int64_t{0});
  }
  data.numbers = data.rows;
  for (const std::int64_t row : data.rows) {
    if (!data.dataset.node_names.empty()) {
      data.names.push_back(data.dataset.node_names[static_cast<std::size_t>(row)]);
    }
  }
  return data;
}

NewData join_new_data(const OldGraph& old_graph, const TableFlags& tables, const SharedFlags& flags,
                      const TrainedModel& model, bool with_labels, HeaderRow header) {
  const Dataset& old = old_graph.dataset;
  EdgelistOptions options = options_of(tables, model, with_labels);
  options.directed = old.directed;
  options.header = header;
  require_labels(tables, options, with_labels);
  NewNodes fresh = import_tables(options, true, flags);
  fresh.dataset.task = model.task().kind;
  NodeJoin join{.old_node = old_nodes_of(old_graph, fresh.dataset)};
  join.new_nodes = new_nodes_of(tables, fresh, old, join.old_node);
  match_data(fresh.dataset, table_of(tables).string(), model, true);
  const Labels labels = std::exchange(fresh.dataset.node_labels, {});
  const std::int64_t num_classes = std::exchange(fresh.dataset.num_classes, 0);
  const std::optional<std::int64_t> hops = hops_of(model);
  join.hops = hops.value_or(-1);
  join.joins_edge_features = model.shape().edge_kind != FeatureKind::none;
  join.joins_weights = reads_weights(model);
  JoinedNodes joined;
  try {
    joined = join_nodes(old, fresh.dataset, join);
  } catch (const ArgumentError& error) {
    throw DataError(tables.edges, "", error.what());
  }
  if (joined.num_repeats > 0) {
    say(flags.quiet, concat(joined.num_repeats, " of the edges of ", tables.edges, " are in ", tables.graph,
                            " already, in the direction that is stored, and count as they do there"));
  }
  const std::string read = concat("read ", joined.num_old_nodes, " of ", old.graph.num_nodes(), " nodes and ",
                                  joined.num_old_edges, " of ", old.graph.num_edges(), " edges of ", tables.graph);
  say(flags.quiet,
      hops == 0
          ? concat(join.new_nodes.size(), " new nodes; the model ", model.model(), " reads each by itself: ", read)
      : hops
          ? concat(join.new_nodes.size(), " new nodes, which see ", *hops,
                   *hops == 1 ? " edge far: " : " edges far: ", read)
          : concat(join.new_nodes.size(), " new nodes; the model ", model.model(), " reads the whole graph: ", read));
  NewData data{.dataset = std::move(joined.dataset), .rows = std::move(joined.rows)};
  say_all(flags.quiet, model.trained().notes(data.dataset));
  if (with_labels) {
    data.dataset.num_classes = num_classes;
    data.dataset.class_names = fresh.dataset.class_names;
    set_labels(labels, join, data.rows, data.dataset);
    say(flags.quiet, concat("judged: ", data.dataset.splits.front().test.size(), " labeled nodes of ",
                            table_of(tables).string(), ", as the test part"));
  }
  for (std::size_t i = 0; i < join.new_nodes.size(); ++i) {
    data.numbers.push_back(old.graph.num_nodes() + static_cast<std::int64_t>(i));
    data.names.push_back(name_of_node(fresh.dataset, join.new_nodes[i]));
  }
  return data;
}

}  // namespace weft::cli
