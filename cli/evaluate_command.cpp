// weft evaluate: the figures of a trained model on a split.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/memory_limit.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/runs/evaluation.hpp"
#include "weft/runs/link_evaluation.hpp"

namespace weft::cli {
namespace {

struct EvaluateFlags : SharedFlags {
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

/// The figures of some rows of a split.
using FiguresOf = FunctionRef<std::map<std::string, double>(const std::vector<std::int64_t>&)>;

Json split_json(const Split& split, const std::string& metric, const FiguresOf& figures) {
  const Json metrics = {{"train", metrics_json(figures(split.train))},
                        {"val", metrics_json(figures(split.val))},
                        {"test", metrics_json(figures(split.test))}};
  Json one = {{"split", split.name}};
  for (const char* part : {"train", "val", "test"}) {
    one[part] = metrics[part].value(metric, Json());
  }
  one["metrics"] = metrics;
  return one;
}

Json evaluate_rows(const Predictor& predictor, const Dataset& dataset, const std::vector<std::string>& wanted) {
  const Evaluation evaluation(predictor, dataset, {.embedding = false});
  Json results = Json::array();
  for (const std::string& name : matching_splits(dataset, wanted)) {
    results.push_back(split_json(*dataset.find_split(name), predictor.metric(),
                                 [&](const auto& rows) { return evaluation.figures(rows); }));
  }
  return results;
}

/// Each split has a graph of its own, without the links that are asked for.
Json evaluate_links(const Predictor& predictor, const Dataset& dataset, const std::vector<std::string>& wanted) {
  Json results = Json::array();
  for (const std::string& name : matching_link_splits(dataset, wanted)) {
    const LinkEvaluation evaluation(predictor, dataset, name);
    results.push_back(
        split_json(evaluation.rows(), predictor.metric(), [&](const auto& rows) { return evaluation.figures(rows); }));
  }
  return results;
}

Json evaluate(const EvaluateFlags& flags, const std::filesystem::path& data, const Predictor& predictor,
              const ReadOptions& read) {
  const LoadedDataset loaded = load_dataset(data, flags, read);
  const Dataset& dataset = loaded.dataset;
  std::vector<std::string> wanted = flags.splits;
  const bool is_links = predictor.judges_links();
  const bool has_own = is_links ? std::ranges::count(link_split_names(dataset), predictor.split()) > 0
                                : dataset.find_split(predictor.split()) != nullptr;
  if (wanted.empty() && has_own) {
    wanted = {predictor.split()};
  }
  const Json results =
      is_links ? evaluate_links(predictor, dataset, wanted) : evaluate_rows(predictor, dataset, wanted);
  Json object = {{"dataset", dataset.name},
                 {"task", std::string(name_of(is_links ? Task::link_prediction : dataset.task))},
                 {"model", predictor.model()},
                 {"metric", predictor.metric()}};
  object.update(results.front());
  object["per_split"] = results;
  return object;
}

std::string evaluation_text(const Json& evaluation) {
  std::vector<std::pair<std::string, std::string>> rows = {{"model", evaluation["model"]},
                                                           {"dataset", evaluation["dataset"]}};
  for (const Json& split : evaluation["per_split"]) {
    rows.emplace_back("split", split["split"]);
    for (const auto& [part, metrics] : split["metrics"].items()) {
      for (const auto& [name, value] : metrics.items()) {
        char text[32] = "not defined";
        if (value.is_number()) {
          std::snprintf(text, sizeof text, "%.4f", value.get<double>());
        }
        rows.emplace_back("  " + part + " " + name, text);
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
  command->add_option("DATA", flags->data, "a dataset file, or the name of one")->required();
  command
      ->add_option("--split", flags->splits,
                   "a split, a pattern, or all; repeatable. Otherwise the one that the model was trained on")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      // Otherwise CLI11 takes a pattern in brackets for a list of its own.
      ->allow_extra_args(false);
  command->add_option("--memory-limit", flags->memory_limit,
                      "keep to so much memory, as 4G: features and edges of one graph may stay in the file");
  add_shared_flags(*command, *flags, "Example: weft evaluate run cora.h5 --json");
  return [flags] {
    const std::filesystem::path data = dataset_path(flags->data);
    rehearse_model(flags->run, *flags);
    std::optional<Predictor> predictor;
    on_this_thread([&] { predictor = Predictor::load(flags->run); });
    const ReadOptions read = fit_prediction(flags->memory_limit, data, *flags, *predictor);
    rehearse_dataset(data, *flags, read);
    with_threads(flags->threads, [&] {
      const Json evaluation = evaluate(*flags, data, *predictor, read);
      flags->json ? print_json(evaluation) : print(evaluation_text(evaluation));
    });
  };
}

}  // namespace weft::cli
