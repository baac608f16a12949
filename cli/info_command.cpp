// weft info: what is in a dataset file.
#include <CLI/CLI.hpp>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/statistics.hpp"

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
          {"edge_types", !dataset.edge_type.empty()},
          {"edge_times", times_json(dataset.edge_time, dataset.time_unit)},
          {"node_times", times_json(dataset.node_time, dataset.time_unit)},
          {"classes", dataset.num_classes},
          {"class_names", dataset.class_names},
          {"labels", labels_json(dataset)},
          {"splits", splits},
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
