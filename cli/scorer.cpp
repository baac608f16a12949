#include "weft/cli/scorer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "weft/capi/description.hpp"
#include "weft/cli/csv_text.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/matched_data.hpp"
#include "weft/cli/memory_file.hpp"
#include "weft/cli/new_tables.hpp"
#include "weft/cli/node_index.hpp"
#include "weft/cli/pair_scores.hpp"
#include "weft/cli/prediction_table.hpp"
#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/smiles_importer.hpp"
#include "weft/layers/kernels/link_scores.hpp"
#include "weft/runs/output_names.hpp"
#include "weft/tasks/link_split.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft::cli {
namespace {

constexpr std::array<std::string_view, 12> kKeys = {"node",  "nodes",     "new_nodes", "edges",  "pair", "pairs",
                                                    "count", "items_for", "smiles",    "graphs", "top",  "new_node"};
/// Of these a question has one.
constexpr std::array<std::string_view, 9> kWhat = {"node",  "nodes",  "new_nodes", "new_node", "pair",
                                                   "pairs", "smiles", "graphs",    "items_for"};

/// Rows are called by their places.
const std::vector<std::int64_t> kPlaces;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// What a node is called by in JSON.
std::string name_in(const Question& value, std::string_view where) {
  require(value.is_string() || value.is_number_integer(), where, " is neither a name nor a number of a node");
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// A list under `many`, or the one thing under `one`.
std::vector<Question> things(const Question& question, const char* one, const char* many) {
  if (question.contains(one)) {
    return {question[one]};
  }
  require(question[many].is_array(), many, " is no list");
  return question[many].get<std::vector<Question>>();
}

std::int64_t count_in(const Question& question, const char* key, std::int64_t fallback, std::int64_t most) {
  if (!question.contains(key)) {
    return fallback;
  }
  const Question& value = question[key];
  require(value.is_number_integer() && value >= 1 && value <= most, key, " is no number from 1 to ", most);
  return value.get<std::int64_t>();
}

/// The one key that says what is asked.
std::string what_is_asked(const Question& question) {
  require(question.is_object(), "a question is a JSON object, as {\"node\": \"a\"}");
  std::string found;
  for (const auto& [key, value] : question.items()) {
    if (std::ranges::find(kKeys, key) == kKeys.end()) {
      throw unknown_name("key", key.substr(0, 80), std::vector<std::string>(kKeys.begin(), kKeys.end()));
    }
    if (std::ranges::find(kWhat, key) != kWhat.end()) {
      require(found.empty(), "a question asks for one thing, and this for '", found, "' and '", key, "'");
      found = key;
    }
  }
  require(!found.empty(), "a question needs one of node, nodes, new_nodes, pair, pairs, items_for, smiles and graphs");
  const bool is_new = found == "new_nodes" || found == "new_node";
  require(is_new || !question.contains("edges"), "edges are those of new_nodes, and there are none");
  require(found == "items_for" || !question.contains("count"), "count is that of items_for");
  return found;
}

}  // namespace

struct Scorer::State {
  State(const ScorerSource& source, const SharedFlags& flags) : model(TrainedModel::load(source.run)) {
    require(model.task().rows != Rows::none, "weft score: ", model.what(), ", expected one of nodes, graphs or links");
    run = source.run;
    words = words_in(model.encoder(), "the encoder of the run").value_or(EdgelistWords{});
    if (is_of_graphs(model)) {
      require(source.graph.empty(), source.graph, " is not needed: ", model.what(), ", which come with the questions");
    } else {
      require(!source.graph.empty(), "GRAPH is required, the dataset whose nodes are asked about: ", model.what());
      read_graph(source, flags);
    }
    names = output_names(model, graph.dataset.class_names);
    Json about = Json::parse(capi::description_of(model, names));
    about["tables"] = table_words(model.encoder());
    description = about.dump();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void read_graph(const ScorerSource& source, const SharedFlags& flags) {
    const std::filesystem::path path = dataset_path(source.graph);
    graph.name = path.string();
    graph.dataset = load_dataset(path, flags).dataset;
    match_data(graph.dataset, graph.name, model, flags.quiet);
    prediction = model.predict(graph.dataset, {.embedding = false});
    index.emplace(graph.dataset);
    graph.find = [this](const std::string& text) { return index->find_in_tables(text); };
    numbers = graph.dataset.original_node;
    if (model.task().rows == Rows::links && wants_sides(model.options())) {
      try {
        side = link_split(graph.dataset, model.split(), model.options()).side;
      } catch (const ArgumentError& error) {
        why_no_items = error.what();
      }
    }
  }

  [[nodiscard]] PredictionTable table_of_nodes(std::int64_t top) const {
    return {model, graph.dataset, numbers, prediction.probabilities, prediction.logits, names, top};
  }

  void check_top(std::int64_t top) const {
    require(top == 0 || model.outputs() == OutputKind::classes, "top: the model has no classes, its outputs are ",
            name_of(model.outputs()));
    require(top <= static_cast<std::int64_t>(names.size()), "top: ", top, " is more than the model's ", names.size(),
            " classes");
  }

  void require_graph(std::string_view key) const {
    require(index.has_value(), key, ": ", model.what(), ", expected one of nodes or links");
  }
  void require_links(std::string_view key) const {
    require(model.task().rows == Rows::links, key, ": ", model.what(), ", expected one of links");
  }
  void require_finite(const Tensor& logits, std::span<const std::int64_t> rows, std::string_view what) const {
    if (const std::vector<std::int64_t> wrong = rows_not_finite(logits, rows); !wrong.empty()) {
      throw NumericError(concat("the outputs of ", wrong.size(), " ", what, " are not finite"));
    }
  }

  [[nodiscard]] Json rows_of_nodes(std::span<const std::int64_t> nodes, std::int64_t top) const {
    // Of no rows all would be looked at.
    if (!nodes.empty()) {
      require_finite(prediction.logits, nodes, "nodes");
    }
    const PredictionTable table = table_of_nodes(top);
    Json rows = Json::array();
    for (const std::int64_t v : nodes) {
      rows.push_back(table.json(v));
    }
    return rows;
  }

  [[nodiscard]] Json known_nodes(const Question& question, std::int64_t top) const {
    require_graph("nodes");
    std::vector<std::int64_t> nodes;
    for (const Question& node : things(question, "node", "nodes")) {
      nodes.push_back(index->at(name_in(node, "a node")));
    }
    return rows_of_nodes(nodes, top);
  }

  [[nodiscard]] Json new_nodes(const Question& question, std::int64_t top) const {
    require_graph("new_nodes");
    require(model.task().rows == Rows::nodes, "new_nodes: ", model.what(), ", expected one of nodes");
    require(graph.dataset.node_type.empty(), "new_nodes: nodes of ", graph.name,
            " have types, and new ones cannot be joined to such a graph");
    const std::vector<Question> nodes = things(question, "new_node", "new_nodes");
    require(!nodes.empty(), "new_nodes is empty");
    const bool has_table = !words.table.empty();
    const EdgeTable edges = edge_table(question.value("edges", Question::array()), words);
    const MemoryFile edge_file(edges.text);
    const MemoryFile node_file(has_table ? node_table(nodes, words, "new_nodes") : std::string());
    const TableFlags tables{.nodes = has_table ? node_file.path().string() : std::string(),
                            .edges = edge_file.path().string(),
                            .graph = graph.name,
                            .graphs = {}};
    SharedFlags quiet;
    quiet.quiet = true;
    try {
      require_tables_fit(tables, run, model);
      NewData data = join_new_data(graph, tables, quiet, model, false, edges.header);
      return rows_of_joined(std::move(data), has_table ? std::vector<Question>() : nodes, top);
    } catch (const DataError& error) {
      throw ArgumentError(with_places(with_places(error.what(), node_file.path().string(), "new_nodes"),
                                      edge_file.path().string(), "edges", edges.header));
    }
  }

  /// asked: of nodes without a table, which are found in the edges, in the order of these.
  [[nodiscard]] Json rows_of_joined(NewData data, const std::vector<Question>& asked, std::int64_t top) const {
    Prediction found = model.predict(data.dataset, {.rows = data.rows, .embedding = false});
    require_finite(found.logits, data.rows, "new nodes");
    found.probabilities = select_rows(found.probabilities, data.rows);
    found.logits = select_rows(found.logits, data.rows);
    data.dataset.node_names = std::move(data.names);
    const PredictionTable table{model, data.dataset, data.numbers, found.probabilities, found.logits, names, top};
    Json rows = Json::array();
    if (asked.empty()) {
      for (std::int64_t i = 0; i < found.logits.rows(); ++i) {
        rows.push_back(table.json(i));
      }
      return rows;
    }
    for (const Question& node : asked) {
      const Question& id = node.is_object() && node.contains("id") ? node["id"] : node;
      const std::string name = name_in(id, "a new node");
      const auto at = std::ranges::find(data.dataset.node_names, name);
      require(at != data.dataset.node_names.end(), "new node '", name,
              "' is in none of the edges, and the model reads ", "nothing else of it");
      rows.push_back(table.json(at - data.dataset.node_names.begin()));
    }
    return rows;
  }

  [[nodiscard]] Json pairs(const Question& question) const {
    require_links("pairs");
    std::vector<Edge> edges;
    for (const Question& pair : things(question, "pair", "pairs")) {
      require(pair.is_array() && pair.size() == 2, "a pair is a list of two nodes");
      edges.push_back(
          {index->at(name_in(pair[0], "an end of a pair")), index->at(name_in(pair[1], "an end of a pair"))});
    }
    const std::vector<float> scores = link_scores(prediction.logits, edges);
    Json rows = Json::array();
    for (std::size_t i = 0; i < edges.size(); ++i) {
      Json row = {{"source", index->number_of(edges[i].source)},
                  {"destination", index->number_of(edges[i].destination)}};
      if (!graph.dataset.node_names.empty()) {
        row["source_name"] = graph.dataset.node_names[edges[i].source];
        row["destination_name"] = graph.dataset.node_names[edges[i].destination];
      }
      add_score(scores[i], row);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  static void add_score(float score, Json& row) {
    if (!std::isfinite(score)) {
      throw NumericError("the score of a pair is not finite");
    }
    row["score"] = number_json(score);
    row["p_link"] = number_json(probability_of_link(score));
  }

  /// Equal ones in the order of their numbers.
  [[nodiscard]] Json items(const Question& question) const {
    require_links("items_for");
    require(why_no_items.empty(), "items_for: ", why_no_items);
    const NodeId user = index->at(name_in(question["items_for"], "items_for"));
    const std::int64_t n = graph.dataset.graph.num_nodes();
    std::vector<bool> is_left_out(static_cast<std::size_t>(n), false);
    is_left_out[user] = true;
    for (const NodeId u : graph.dataset.graph.sources_of(user)) {
      is_left_out[u] = true;
    }
    std::vector<Edge> edges;
    for (NodeId v = 0; std::int64_t{v} < n; ++v) {
      if (!is_left_out[v] && (side.empty() || side[v] != side[user])) {
        edges.push_back({user, v});
      }
    }
    const std::vector<float> scores = link_scores(prediction.logits, edges);
    std::vector<std::size_t> order(edges.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto count = static_cast<std::ptrdiff_t>(
        std::min<std::size_t>(order.size(), static_cast<std::size_t>(count_in(question, "count", 10, n))));
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](std::size_t a, std::size_t b) {
      const auto known = [](float score) { return std::isnan(score) ? -INFINITY : score; };
      const float left = known(scores[a]), right = known(scores[b]);
      return left != right ? left > right
                           : index->number_of(edges[a].destination) < index->number_of(edges[b].destination);
    });
    Json rows = Json::array();
    for (const std::size_t i : std::span(order).first(static_cast<std::size_t>(count))) {
      Json row = {{"node", index->number_of(edges[i].destination)}};
      if (!graph.dataset.node_names.empty()) {
        row["name"] = graph.dataset.node_names[edges[i].destination];
      }
      add_score(scores[i], row);
      rows.push_back(std::move(row));
    }
    return rows;
  }

  /// What came of molecules: their rows in the table, and of those that are none what is wrong, in the order of rows.
  struct Molecules {
    MoleculeTable table;
    Prediction prediction;
    std::vector<std::pair<std::int64_t, std::string>> problems;
  };

  [[nodiscard]] Molecules molecules(const std::vector<std::string>& smiles) const {
    require(is_of_graphs(model), "smiles: ", model.what(), ", expected one of graphs");
    std::string text = "\"smiles\"\t\"row\"\n";
    for (std::size_t i = 0; i < smiles.size(); ++i) {
      require(smiles[i].find_first_of(std::string_view("\n\r\t\"\0", 5)) == std::string::npos, "smiles: '",
              smiles[i].substr(0, 80), "' holds what no SMILES does");
      text += concat("\"", smiles[i], "\"\t\"", i, "\"\n");
    }
    const MemoryFile file(text);
    Molecules found;
    std::vector<std::string> skipped;
    SmilesOptions options{.input = file.path(), .splits = false};
    options.on_skipped = [&](const std::string& problem) { skipped.push_back(problem); };
    try {
      found.table = import_molecules(options);
    } catch (const DataError& error) {
      // Where none is a molecule, each was said.
      require(skipped.size() == smiles.size(), "smiles: ", error.problem());
    }
    found.table.dataset.name = "smiles";
    for (std::size_t i = 0, row = 0, problem = 0; i < smiles.size(); ++i) {
      if (row < found.table.rows.size() && found.table.rows[row] == static_cast<std::int64_t>(i)) {
        ++row;
      } else {
        found.problems.emplace_back(i, problem < skipped.size()
                                           ? replaced(skipped[problem], file.path().string(), "smiles")
                                           : "is no molecule");
        ++problem;
      }
    }
    if (!found.table.rows.empty()) {
      match_data(found.table.dataset, "smiles", model, true);
      found.prediction = model.predict(found.table.dataset, {.embedding = false});
      require_finite(found.prediction.logits, {}, "molecules");
    }
    return found;
  }

  [[nodiscard]] PredictionTable table_of(const Molecules& found, std::int64_t top) const {
    return {
        model, found.table.dataset, found.table.rows, found.prediction.probabilities, found.prediction.logits, names,
        top};
  }

  [[nodiscard]] Json of_smiles(const Question& question, std::int64_t top) const {
    std::vector<std::string> smiles;
    const Question& asked = question["smiles"];
    const Question list = asked.is_array() ? asked : Question::array({asked});
    for (const Question& one : list) {
      require(one.is_string(), "smiles: one is no text");
      smiles.push_back(one.get<std::string>());
    }
    if (smiles.empty()) {
      return Json::array();
    }
    const Molecules found = molecules(smiles);
    const PredictionTable table = table_of(found, top);
    Json rows = Json::array();
    for (std::int64_t i = 0, row = 0; i < static_cast<std::int64_t>(smiles.size()); ++i) {
      const auto problem = std::ranges::find(found.problems, i, [](const auto& one) { return one.first; });
      rows.push_back(problem == found.problems.end() ? table.json(row++)
                                                     : Json{{"graph", i}, {"error", problem->second}});
    }
    return rows;
  }

  [[nodiscard]] Json of_graphs(const Question& question, std::int64_t top) const {
    require(is_of_graphs(model), "graphs: ", model.what(), ", expected one of graphs");
    const GraphTables texts = graph_tables(question["graphs"], words);
    const MemoryFile graphs(texts.graphs), nodes(texts.nodes), edges(texts.edges);
    const TableFlags tables{
        .nodes = nodes.path().string(), .edges = edges.path().string(), .graph = {}, .graphs = graphs.path().string()};
    SharedFlags quiet;
    quiet.quiet = true;
    try {
      require_tables_fit(tables, run, model);
      const NewData data = load_new_data(tables, quiet, model, false);
      const Prediction found = model.predict(data.dataset, {.embedding = false});
      require_finite(found.logits, {}, "graphs");
      const PredictionTable table{model, data.dataset, kPlaces, found.probabilities, found.logits, names, top};
      Json rows = Json::array();
      for (std::int64_t i = 0; i < found.logits.rows(); ++i) {
        rows.push_back(table.json(i));
      }
      return rows;
    } catch (const DataError& error) {
      std::string text = with_places(error.what(), edges.path().string(), "the edges of all graphs");
      text = with_places(std::move(text), nodes.path().string(), "the nodes of all graphs");
      throw ArgumentError(with_places(std::move(text), graphs.path().string(), "graphs"));
    }
  }

  TrainedModel model;
  std::string run, description, why_no_items;
  EdgelistWords words;
  OldGraph graph;
  std::optional<NodeIndex> index;
  Prediction prediction;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> names;
  std::vector<std::uint8_t> side;
};

void rehearse_scorer(const ScorerSource& source, const SharedFlags& flags) {
  rehearse_model(source.run, flags);
  if (!source.graph.empty()) {
    rehearse_dataset(dataset_path(source.graph), flags);
  }
}

Scorer::Scorer(const ScorerSource& source, const SharedFlags& flags)
    : state_(std::make_unique<const State>(source, flags)) {}
Scorer::~Scorer() = default;

bool Scorer::is_quick(const Question& question) const {
  return question.is_object() && (question.contains("node") || question.contains("nodes") ||
                                  question.contains("pair") || question.contains("pairs"));
}

Json Scorer::answer(const Question& question) const {
  const std::string what = what_is_asked(question);
  const std::int64_t top = count_in(question, "top", 0, 1 << 20);
  state_->check_top(top);
  const bool is_of_pairs = what == "pair" || what == "pairs" || what == "items_for";
  require(top == 0 || !is_of_pairs, "top is of classes, and pairs have a score");
  Json rows = what == "node" || what == "nodes"           ? state_->known_nodes(question, top)
              : what == "new_node" || what == "new_nodes" ? state_->new_nodes(question, top)
              : what == "pair" || what == "pairs"         ? state_->pairs(question)
              : what == "items_for"                       ? state_->items(question)
              : what == "smiles"                          ? state_->of_smiles(question, top)
                                                          : state_->of_graphs(question, top);
  if (is_of_pairs) {
    return {{"rows", std::move(rows)}};
  }
  return {{"outputs", name_of(state_->model.outputs())}, {"names", state_->names}, {"rows", std::move(rows)}};
}

std::string Scorer::answer_line(std::string_view line, std::int64_t number, std::int64_t top) const {
  state_->check_top(top);
  const std::string_view text = trimmed(line);
  if (is_of_graphs(state_->model)) {
    // A name may follow, as in .smi files.
    State::Molecules found = state_->molecules({std::string(text.substr(0, text.find_first_of(" \t")))});
    if (!found.problems.empty()) {
      throw ArgumentError(found.problems.front().second);
    }
    found.table.rows = {number};
    return state_->table_of(found, top).line(0);
  }
  const NodeIndex& index = *state_->index;
  if (state_->model.task().rows == Rows::links && !index.find(text)) {
    std::vector<std::string_view> fields;
    std::deque<std::string> resolved;
    if (FieldSplitter(text).split(text, fields, resolved) && fields.size() == 2) {
      const Edge pair{index.at(fields[0]), index.at(fields[1])};
      return pair_line(state_->graph.dataset, pair, link_scores(state_->prediction.logits, {&pair, 1}).front());
    }
  }
  const std::int64_t node = index.at(text);
  state_->require_finite(state_->prediction.logits, {&node, 1}, "nodes");
  return state_->table_of_nodes(top).line(node);
}

std::string Scorer::header(std::int64_t top) const {
  if (is_of_graphs(state_->model)) {
    Dataset molecules;
    molecules.smiles = {""};
    const Tensor none;
    return PredictionTable{state_->model, molecules, kPlaces, none, none, state_->names, top}.header();
  }
  return state_->model.task().rows == Rows::links ? pair_header(state_->graph.dataset)
                                                  : state_->table_of_nodes(top).header();
}

const std::string& Scorer::description() const {
  return state_->description;
}
std::string Scorer::what() const {
  return state_->model.what();
}
std::int64_t Scorer::num_nodes() const {
  return state_->graph.dataset.graph.num_nodes();
}

std::string error_line(const std::string& problem) {
  return concat("error,", csv_field(message_line(problem)), "\n");
}

Json error_json(const std::string& problem) {
  return {{"error", message_line(problem)}};
}

}  // namespace weft::cli
