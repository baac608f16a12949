// weft evaluate: the figures of a trained model on a split.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/matched_data.hpp"
#include "weft/cli/new_tables.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/runs/folds.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/labels.hpp"

namespace weft::cli {
namespace {

struct EvaluateFlags : SharedFlags {
  TableFlags tables;
  std::string run, data, memory_limit;
  std::vector<std::string> splits;
};

Json metrics_json(const std::map<std::string, double>& figures) {
  Json result = Json::object();
  for (const auto& [name, value] : figures) {
    result[name] = std::isfinite(value) ? Json(value) : Json();
  }
  return result;
}

Json split_json(const Evaluation& evaluation, const std::string& metric, const std::vector<std::string>& class_names) {
  const Json metrics = {{"train", metrics_json(evaluation.train)},
                        {"val", metrics_json(evaluation.val)},
                        {"test", metrics_json(evaluation.test)}};
  Json one = {{"split", evaluation.split}};
  for (const char* part : {"train", "val", "test"}) {
    one[part] = metrics[part].value(metric, Json());
  }
  one["metrics"] = metrics;
  one["not_finite"] = evaluation.num_not_finite;
  const std::vector<std::string> names =
      class_names_for(static_cast<std::int64_t>(evaluation.test_classes.size()), class_names);
  for (const auto& [part, classes] :
       {std::pair("train", &evaluation.train_classes), std::pair("val", &evaluation.val_classes),
        std::pair("test", &evaluation.test_classes)}) {
    for (std::size_t c = 0; c < classes->size(); ++c) {
      const ClassFigures& figures = (*classes)[c];
      Json& own = one["per_class"][part][names[c]];
      own = metrics_json({{"f1", figures.f1}, {"precision", figures.precision}, {"recall", figures.recall}});
      own["count"] = figures.count;
    }
  }
  return one;
}

Json evaluate(const EvaluateFlags& flags, const std::filesystem::path& data, const TrainedModel& model,
              const ReadOptions& read) {
  Dataset dataset;
  if (flags.tables.are_given()) {
    dataset = load_new_data(flags.tables, flags, model, true).dataset;
  } else {
    dataset = load_dataset(data, flags, read).dataset;
    match_data(dataset, data.string(), model, flags.quiet);
  }
  std::vector<std::string> wanted = flags.splits;
  if (wanted.empty() && std::ranges::count(split_names(dataset, model.task()), model.split()) > 0) {
    wanted = {model.split()};
  }
  Json results = Json::array();
  for (const Evaluation& evaluation : model.evaluate(dataset, matching_splits(dataset, model.task(), wanted))) {
    results.push_back(split_json(evaluation, model.metric(), model.class_names()));
  }
  Json object = {{"dataset", dataset.name},
                 {"task", std::string(model.task().name())},
                 {"model", model.model()},
                 {"metric", model.metric()}};
  object.update(results.front());
  object["per_split"] = results;
  return object;
}

/// More are in --json.
constexpr std::size_t kMostClassesShown = 20;

std::string evaluation_text(const Json& evaluation) {
  std::vector<std::pair<std::string, std::string>> rows = {{"model", evaluation["model"]},
                                                           {"dataset", evaluation["dataset"]}};
  for (const Json& split : evaluation["per_split"]) {
    rows.emplace_back("split", split["split"]);
    if (split["not_finite"] > 0) {
      rows.emplace_back("  outputs not finite", std::to_string(split["not_finite"].get<std::int64_t>()));
    }
    const auto number = [](const Json& value, const char* none) {
      char text[32] = "";
      std::snprintf(text, sizeof text, "%.4f", value.is_number() ? value.get<double>() : 0.0);
      return std::string(value.is_number() ? text : none);
    };
    std::string undefined;
    for (const auto& [part, metrics] : split["metrics"].items()) {
      if (std::ranges::all_of(metrics, [](const Json& value) { return value.is_null(); })) {
        undefined += concat(undefined.empty() ? "" : ", ", part);
        continue;
      }
      for (const auto& [name, value] : metrics.items()) {
        rows.emplace_back("  " + part + " " + name, number(value, "not defined"));
      }
    }
    if (!undefined.empty()) {
      rows.emplace_back("  " + undefined,
                        split["not_finite"] > 0 ? "not defined" : "nothing is labeled there that could be judged");
    }
    if (split.contains("per_class") && split["per_class"]["test"].size() <= kMostClassesShown) {
      for (const auto& [name, figures] : split["per_class"]["test"].items()) {
        rows.emplace_back(
            concat("  test class ", name),
            concat("precision ", number(figures["precision"], "-"), ", recall ", number(figures["recall"], "-"),
                   ", F1 ", number(figures["f1"], "-"), ", ", figures["count"].get<std::int64_t>(), " rows"));
      }
    }
  }
  return aligned(rows);
}

}  // namespace

Work add_evaluate_command(CLI::App& app) {
  const auto flags = std::make_shared<EvaluateFlags>();
  CLI::App* command = app.add_subcommand("evaluate", "the figures of a trained model on a split");
  command->add_option("RUN", flags->run, "a run folder, or a model file")->required();
  command->add_option("DATA", flags->data, "a dataset file, or the name of one");
  add_table_flags(*command, flags->tables);
  command
      ->add_option("--split", flags->splits,
                   "a split, several between commas, a pattern, or all. Otherwise the one that the model was trained on")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      // Otherwise CLI11 takes a pattern in brackets for a list of its own.
      ->allow_extra_args(false);
  command->add_option("--memory-limit", flags->memory_limit,
                      "keep to so much memory, as 4G: features and edges of one graph may stay in the file");
  add_shared_flags(*command, *flags,
                   "Example: weft evaluate run cora.h5 --json\n"
                   "         weft evaluate run --nodes labeled.csv --edges edges.csv\n"
                   "         weft evaluate run --nodes labeled.csv --edges edges.csv --graph old.h5");
  return [flags] {
    const TableFlags& tables = flags->tables;
    tables.require_data("weft evaluate", flags->data);
    require(!tables.are_given() || flags->memory_limit.empty(),
            "--memory-limit: tables are read into memory, expected a dataset");
    const std::filesystem::path data = tables.are_given() ? std::filesystem::path() : dataset_path(flags->data);
    rehearse_model(flags->run, *flags);
    std::optional<TrainedModel> predictor;
    on_this_thread([&] { predictor = TrainedModel::load(flags->run); });
    require(predictor->task().rows != Rows::none, "weft evaluate: ", predictor->what(),
            ", expected one of nodes, graphs or links; `weft generate --report` judges it");
    ReadOptions read;
    if (tables.are_given()) {
      require_tables_fit(tables, flags->run, *predictor);
      rehearse_old_graph(tables, *flags, *predictor);
    } else {
      read = plan_prediction(flags->memory_limit, data, *flags, *predictor);
      rehearse_dataset(data, *flags, read);
    }
    with_threads(flags->threads, [&] {
      const Json evaluation = evaluate(*flags, data, *predictor, read);
      flags->json ? print_json(evaluation) : print(evaluation_text(evaluation));
    });
  };
}

}  // namespace weft::cli
