#include "weft/io/importers/edgelist_words.hpp"

#include <nlohmann/json.hpp>

#include "weft/core/error.hpp"

namespace weft {
namespace {

using Json = nlohmann::json;

constexpr const char *kKey = "read", *kEdges = "edges";

}  // namespace

EdgelistWords words_of(const EdgelistOptions& options, const EdgeForm& form, const EdgelistTables& tables) {
  const auto word = [&](const std::optional<std::size_t>& column) {
    return column ? form.word_of(*column) : std::string("none");
  };
  return {.table = !options.nodes.empty()      ? "nodes"
                   : !options.features.empty() ? "features"
                                               : "",
          .id = tables.id_column,
          .label = tables.label_column,
          .source = form.word_of(form.source),
          .target = form.word_of(form.target),
          .weight = word(form.weight),
          .time = word(form.time),
          .relation = word(form.relation),
          .time_unit = options.time_unit,
          .merge = options.merge,
          .directed = options.directed,
          .bipartite = options.bipartite,
          .regression = tables.task == TaskKind::node_regression};
}

std::string with_words(const std::string& encoder, const EdgelistWords& words) {
  Json json = encoder.empty() ? Json{{"version", 1}, {"columns", Json::array()}} : Json::parse(encoder);
  json[kKey] = {{"table", words.table},
                {"id", words.id},
                {"label", words.label},
                {"source", words.source},
                {"target", words.target},
                {"weight", words.weight},
                {"time", words.time},
                {"relation", words.relation},
                {"time_unit", words.time_unit},
                {"merge", std::string(name_of(words.merge))},
                {"directed", words.directed},
                {"bipartite", words.bipartite},
                {"regression", words.regression}};
  if (!words.graph.empty()) {
    json[kKey]["graph"] = words.graph;
  }
  if (!words.edge_encoder.empty()) {
    json[kEdges] = Json::parse(words.edge_encoder);
  }
  // Names of columns may be any bytes.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<EdgelistWords> words_in(const std::string& encoder, const std::string& origin) {
  const Json json = Json::parse(encoder, nullptr, false);
  if (!json.is_object() || !json.contains(kKey)) {
    return std::nullopt;
  }
  try {
    const Json& read = json.at(kKey);
    const auto text = [&](const char* key) { return read.value(key, std::string()); };
    const std::optional<MergeEdges> merge = value_named<MergeEdges>(read.value("merge", std::string("first")));
    if (!merge) {
      throw DataError(origin, "encoder", concat("merges edges by '", text("merge").substr(0, 40), "'"));
    }
    return EdgelistWords{.table = text("table"),
                         .id = text("id"),
                         .label = text("label"),
                         .source = text("source"),
                         .target = text("target"),
                         .weight = text("weight"),
                         .time = text("time"),
                         .relation = text("relation"),
                         .time_unit = text("time_unit"),
                         .merge = *merge,
                         .directed = read.value("directed", false),
                         .bipartite = read.value("bipartite", false),
                         .regression = read.value("regression", false),
                         .graph = text("graph"),
                         .edge_encoder = json.contains(kEdges) ? json.at(kEdges).dump() : std::string()};
  } catch (const Json::exception& error) {
    throw DataError(origin, "encoder", concat("says wrongly how edges were read: ", error.what()));
  }
}

EdgelistOptions options_like(const std::string& encoder, const std::string& origin) {
  EdgelistOptions options{.encoder = encoder};
  if (const std::optional<EdgelistWords> words = words_in(encoder, origin)) {
    options.directed = words->directed;
    options.source_column = words->source;
    options.target_column = words->target;
    options.weight_column = words->weight;
    options.time_column = words->time;
    options.relation_column = words->relation;
    options.time_unit = words->time_unit;
    options.merge = words->merge;
    options.bipartite = words->bipartite;
    options.edge_encoder = words->edge_encoder;
  }
  return options;
}

std::string hint_of_words(const EdgelistOptions& options) {
  return options.encoder.empty() ? ""
                                 : "; columns are called as in the data that the model was trained on, and other words "
                                   "are said by: weft import edgelist EDGES --nodes NODES --like RUN";
}

}  // namespace weft
