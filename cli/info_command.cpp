// weft info: what is in a dataset file.
#include <CLI/CLI.hpp>

#include <map>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/statistics.hpp"
#include "weft/io/unread_objects.hpp"

namespace weft::cli {
namespace {

Json features_json(const Features& features) {
  struct Visitor {
    Json operator()(std::monostate) const { return {{"kind", "none"}, {"columns", 0}}; }
    Json operator()(const Tensor& x) const { return {{"kind", "dense"}, {"columns", x.cols()}}; }
    Json operator()(const SparseMatrix& x) const {
      return {{"kind", "sparse"}, {"columns", x.cols()}, {"entries", x.num_entries()}};
    }
    Json operator()(const CategoricalMatrix& x) const {
      return {{"kind", "categorical"}, {"columns", x.cols()}, {"categories", x.num_categories}};
    }
  };
  return std::visit(Visitor{}, features);
}

const Labels& labels_of(const Dataset& dataset) {
  return dataset.has_many_graphs() && !std::holds_alternative<std::monostate>(dataset.graph_labels)
             ? dataset.graph_labels
             : dataset.node_labels;
}

Json labels_json(const Dataset& dataset) {
  const Labels& labels = labels_of(dataset);
  if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels)) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(dataset.num_classes));
    std::int64_t unlabeled = 0;
    for (const std::int64_t label : *classes) {
      (label < 0 ? unlabeled : counts[static_cast<std::size_t>(label)]) += 1;
    }
    return {{"kind", "classes"}, {"counts", counts}, {"unlabeled", unlabeled}};
  }
  if (const auto* targets = std::get_if<Tensor>(&labels)) {
    return {{"kind", "targets"}, {"columns", targets->cols()}};
  }
  return {{"kind", "none"}};
}

Json times_json(std::span<const std::int64_t> times, const std::string& unit) {
  if (times.empty()) {
    return {};
  }
  const auto [first, last] = std::ranges::minmax(times);
  return {{"first", first}, {"last", last}, {"unit", unit}};
}

/// How many of each type, by name or number.
Json counts_of(std::span<const std::int32_t> types, const std::vector<std::string>& names) {
  std::map<std::int32_t, std::int64_t> counts;
  for (const std::int32_t type : types) {
    ++counts[type];
  }
  Json result = Json::object();
  for (const auto& [type, count] : counts) {
    const auto at = static_cast<std::size_t>(type);
    result[at < names.size() ? names[at] : std::to_string(type)] = count;
  }
  return result;
}

/// What the file holds and no model reads.
std::vector<std::string> not_read(const LoadedDataset& loaded) {
  std::vector<std::string> objects = unread_objects(loaded.path);
  const std::vector<std::string>& columns = loaded.dataset.names.features;
  const bool has_type_columns = !columns.empty() && columns.front().starts_with("node_type=");
  if (!loaded.dataset.node_type.empty() && !has_type_columns) {
    objects.insert(objects.begin(), "types of nodes, but for pairs of links and for generation");
  }
  return objects;
}

Json info_json(const LoadedDataset& loaded) {
  const Dataset& dataset = loaded.dataset;
  const GraphStatistics figures = statistics_of(dataset.graph);
  Json splits = Json::object();
  for (const Split& split : dataset.splits) {
    Json sizes = Json::object();
    if (!split.has_edges() || !split.train.empty() || !split.val.empty() || !split.test.empty()) {
      sizes = {{"train", split.train.size()}, {"val", split.val.size()}, {"test", split.test.size()}};
    }
    if (split.has_edges()) {
      sizes["train_edges"] = split.train_edges.size();
      sizes["val_edges"] = split.val_edges.size();
      sizes["test_edges"] = split.test_edges.size();
    }
    splits[split.name] = std::move(sizes);
  }
  const auto* labels = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  const std::optional<double> homophily = labels ? edge_homophily(dataset.graph, *labels) : std::nullopt;
  return {{"dataset", dataset.name},
          {"path", loaded.path.string()},
          {"task", std::string(name_of(dataset.task))},
          {"directed", dataset.directed},
          {"nodes", dataset.graph.num_nodes()},
          {"edges", dataset.graph.num_edges()},
          {"graphs", dataset.num_graphs()},
          {"features", features_json(dataset.node_features)},
          {"edge_features", features_json(dataset.edge_features)},
          {"names",
           {{"features", dataset.names.features},
            {"edge_features", dataset.names.edge_features},
            {"targets", dataset.names.targets}}},
          {"weight_column", dataset.weight_column < 0 ? Json() : Json(dataset.weight_column)},
          {"edge_types", !dataset.edge_type.empty()},
          {"in_each_edge_type", counts_of(dataset.edge_type, dataset.names.edge_types)},
          {"in_each_node_type", counts_of(dataset.node_type, dataset.names.node_types)},
          {"edge_times", times_json(dataset.edge_time, dataset.time_unit)},
          {"node_times", times_json(dataset.node_time, dataset.time_unit)},
          {"classes", dataset.num_classes},
          {"class_names", dataset.class_names},
          {"labels", labels_json(dataset)},
          {"splits", splits},
          {"assumed", dataset.assumed},
          {"not_read", not_read(loaded)},
          {"in_degree",
           {{"min", figures.min_in_degree},
            {"mean", figures.mean_in_degree},
            {"median", figures.median_in_degree},
            {"max", figures.max_in_degree}}},
          {"isolated_nodes", figures.num_isolated},
          {"self_loops", figures.num_self_loops},
          {"connected_components", figures.num_components},
          {"largest_component", figures.largest_component},
          {"symmetric", figures.is_symmetric},
          {"edge_homophily", homophily ? Json(*homophily) : Json()},
          {"source", dataset.source},
          {"license", dataset.license},
          {"seconds", {{"load", loaded.seconds}}}};
}

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string features_text(const Json& features) {
  std::string out = plain(features["kind"]);
  if (out != "none") {
    out += ", " + plain(features["columns"]) + " columns";
  }
  return features.contains("entries") ? out + ", " + plain(features["entries"]) + " entries" : out;
}

/// The first of a list, and how many more there are.
std::string listed(const Json& names) {
  constexpr std::size_t kMost = 6;
  std::string out;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i) {
    out += (i == 0 ? "" : ", ") + plain(names[i]);
  }
  return names.size() > kMost ? out + " and " + std::to_string(names.size() - kMost) + " more" : out;
}

std::string counts_text(const Json& counts) {
  Json texts = Json::array();
  for (const auto& [name, count] : counts.items()) {
    texts.push_back(plain(count) + " " + name);
  }
  return listed(texts);
}

void add_meaning(const Json& info, std::vector<std::pair<std::string, std::string>>& rows) {
  const Json& names = info["names"];
  for (const auto& [label, list] :
       {std::pair("feature names", &names["features"]), std::pair("edge feature names", &names["edge_features"]),
        std::pair("targets", &names["targets"]), std::pair("class names", &info["class_names"])}) {
    if (!list->empty()) {
      rows.emplace_back(label, listed(*list));
    }
  }
  if (const Json& weight = info["weight_column"]; !weight.is_null()) {
    const auto column = weight.get<std::size_t>();
    rows.emplace_back("edge weight", column < names["edge_features"].size() ? plain(names["edge_features"][column])
                                                                            : "edge feature " + std::to_string(column));
  }
  for (const auto& [label, key] :
       {std::pair("node types", "in_each_node_type"), std::pair("edge types", "in_each_edge_type")}) {
    if (!info[key].empty()) {
      rows.emplace_back(label, counts_text(info[key]));
    }
  }
}

void add_sentences(const Json& info, std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [label, key] : {std::pair("assumed", "assumed"), std::pair("not read by models", "not_read")}) {
    for (const Json& sentence : info[key]) {
      rows.emplace_back(label, plain(sentence));
    }
  }
}

std::string info_text(const Json& info) {
  std::vector<std::pair<std::string, std::string>> rows;
  const auto add = [&](const std::string& label, const std::string& key) {
    rows.emplace_back(label, plain(info[key]));
  };
  add("dataset", "dataset");
  add("task", "task");
  add("nodes", "nodes");
  rows.emplace_back("edges", plain(info["edges"]) + (info["directed"] ? ", directed"
                                                                      : ", undirected (both directions "
                                                                        "are counted)"));
  add("graphs", "graphs");
  rows.emplace_back("features", features_text(info["features"]));
  rows.emplace_back("edge features", features_text(info["edge_features"]));
  add_meaning(info, rows);
  for (const auto& [label, key] : {std::pair("edge times", "edge_times"), std::pair("node times", "node_times")}) {
    if (const Json& times = info[key]; !times.is_null()) {
      rows.emplace_back(label, plain(times["first"]) + " to " + plain(times["last"]) +
                                   (times["unit"] == "" ? "" : " (" + plain(times["unit"]) + ")"));
    }
  }
  if (info["classes"] > 0) {
    add("classes", "classes");
    rows.emplace_back("in each class", plain(info["labels"].value("counts", Json::array())));
    rows.emplace_back("unlabeled", plain(info["labels"].value("unlabeled", Json(0))));
  }
  for (const auto& [name, split] : info["splits"].items()) {
    std::string sizes;
    for (const char* part : {"train", "val", "test", "train_edges", "val_edges", "test_edges"}) {
      if (split.contains(part)) {
        sizes += (sizes.empty() ? "" : ", ") + plain(split[part]) + " " + part;
      }
    }
    rows.emplace_back("split " + name, sizes);
  }
  const Json& degree = info["in_degree"];
  char mean[32];
  std::snprintf(mean, sizeof mean, "%.4g", degree["mean"].get<double>());
  rows.emplace_back("in-degree", "min " + plain(degree["min"]) + ", mean " + mean + ", median " +
                                     plain(degree["median"]) + ", max " + plain(degree["max"]));
  add("isolated nodes", "isolated_nodes");
  add("self-loops", "self_loops");
  rows.emplace_back("connected components", plain(info["connected_components"]) + ", the largest has " +
                                                plain(info["largest_component"]) + " nodes");
  if (!info["edge_homophily"].is_null()) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", info["edge_homophily"].get<double>());
    rows.emplace_back("edge homophily", text);
  }
  for (const char* key : {"source", "license"}) {
    if (!plain(info[key]).empty()) {
      add(key, key);
    }
  }
  add_sentences(info, rows);
  return aligned(rows);
}

}  // namespace

Work add_info_command(CLI::App& app) {
  struct Flags : SharedFlags {
    std::string data;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("info", "what is in a dataset file: sizes, features, classes, splits, degrees");
  command->add_option("DATA", flags->data, "a dataset file, or the name of one under $WEFT_DATA or the cache")
      ->required();
  add_shared_flags(*command, *flags, "Example: weft info cora.h5 --json");
  return [flags] {
    const std::filesystem::path path = dataset_path(flags->data);
    rehearse_dataset(path, *flags);
    with_threads(flags->threads, [&] {
      const Json info = info_json(load_dataset(path, *flags));
      flags->json ? print_json(info) : print(info_text(info));
    });
  };
}

}  // namespace weft::cli
