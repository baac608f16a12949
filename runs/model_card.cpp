#include "weft/runs/model_card.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/core/version.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/output_names.hpp"
#include "weft/runs/svg_chart.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {
namespace {

/// Names that are listed before the rest is counted.
constexpr std::size_t kMostNames = 24;

/// Text of others' making inside a line of Markdown: nothing in it is a mark.
std::string plain(std::string_view text) {
  constexpr std::string_view kMarks = "\\`*_{}[]<>()#+!|~$&";
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += ' ';
    } else {
      out += kMarks.find(c) == std::string_view::npos ? std::string() : std::string("\\");
      out += c;
    }
  }
  return out;
}

std::string listed(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
    text += (i == 0 ? "" : ", ") + plain(names[i]);
  }
  return names.size() > kMostNames ? concat(text, " and ", names.size() - kMostNames, " more") : text;
}

std::string figure_text(double figure) {
  return std::isnan(figure) ? "not known" : fixed_text(figure, 4);
}

class Card {
 public:
  Card(const TrainedModel& model, const RunSummary& run)
      : model_(model), about_(model.trained().description()), run_(run), best_(run.runs.at(run.best_run)) {}

  [[nodiscard]] std::string text() {
    out_ = concat("# ", plain(model_.model()), " on ", plain(model_.dataset()), "\n\n", "A model of ",
                  model_.task().name(), ", ", model_.task().summary, ", trained by Weft.\n\n");
    add_facts();
    add_figures();
    add_reading();
    add_limits();
    add_options();
    add_use();
    return std::move(out_);
  }

 private:
  void row(std::string_view name, std::string_view value) { out_ += concat("| ", name, " | ", value, " |\n"); }
  void item(std::string_view sentence) { out_ += concat("- ", sentence, "\n"); }
  void head(std::string_view title) { out_ += concat("\n## ", title, "\n\n"); }
  [[nodiscard]] bool is_generator() const { return model_.task().rows == Rows::none; }

  void add_facts() {
    out_ += "| | |\n| --- | --- |\n";
    row("task", model_.task().name());
    const std::string_view own = model_.task().model;
    row("model", own.empty() ? concat(plain(model_.model()), ": ", plain(model_info(model_.model()).summary))
                             : plain(model_.model()));
    row("trained on", plain(model_.dataset()));
    if (!is_generator()) {
      const std::vector<std::string> names = output_names(model_, {});
      row("answers", concat(names.size(), " ", name_of(model_.outputs()), ": ", listed(names)));
    }
    if (run_.num_parameters > 0) {
      row("parameters", std::to_string(run_.num_parameters));
    }
    if (run_.train_seconds > 0.0) {
      row("training", concat(run_.runs.size(), run_.runs.size() == 1 ? " run, " : " runs, ", run_.num_epochs,
                             " epochs, ", seconds_text(run_.train_seconds)));
    }
    row("written by", concat("Weft ", version()));
  }

  void add_figures() {
    head("Figures");
    out_ += concat("The ", plain(run_.metric), " of each part (", run_.higher_is_better ? "higher" : "lower",
                   " is better), read at the epoch that was best on the validation part.\n\n",
                   "| split | seed | epoch | train | validation | test | |\n",
                   "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (std::size_t i = 0; i < run_.runs.size(); ++i) {
      const RunResult& one = run_.runs[i];
      out_ += concat("| ", plain(one.split), " | ", one.seed, " | ",
                     one.best_epoch >= 0 ? std::to_string(one.best_epoch + 1) : std::string("not known"), " | ",
                     figure_text(one.train), " | ", figure_text(one.val), " | ", figure_text(one.test), " | ",
                     i == run_.best_run && run_.runs.size() > 1 ? "these weights" : "", " |\n");
    }
    if (run_.runs.size() > 1) {
      out_ +=
          concat("\nMean test ", plain(run_.metric), " of ", run_.runs.size(), " runs: ", figure_text(run_.mean_test()),
                 " ± ", figure_text(run_.deviation(&RunResult::test)), " (sample deviation).\n");
    }
    if (!best_.test_metrics.empty()) {
      out_ += "\nThese weights on the test part:\n\n| metric | value |\n| --- | --- |\n";
      for (const auto& [name, value] : best_.test_metrics) {
        row(plain(name), figure_text(value));
      }
    }
  }

  void add_columns(std::string_view what, FeatureKind kind, std::int64_t columns, std::span<const std::string> names) {
    if (kind == FeatureKind::none || columns == 0) {
      item(concat("No features of ", what, "."));
      return;
    }
    item(concat(columns, " ", name_of(kind), " features of ", what, names.empty() ? "" : concat(": ", listed(names)),
                "."));
  }

  void add_reading() {
    if (is_generator()) {
      return;
    }
    head("What it reads");
    const ModelShape& shape = model_.shape();
    const auto columns = [](FeatureKind kind, std::int64_t numbers, const std::vector<std::int64_t>& categories) {
      return kind == FeatureKind::categorical ? static_cast<std::int64_t>(categories.size()) : numbers;
    };
    add_columns("nodes", shape.feature_kind, columns(shape.feature_kind, shape.num_features, shape.num_categories),
                model_.names().features);
    add_columns("edges", shape.edge_kind, columns(shape.edge_kind, shape.num_edge_features, shape.num_edge_categories),
                model_.names().edge_features);
    if (!about_.edge_weight.empty()) {
      item(concat("Edges count by their column ", plain(about_.edge_weight), "."));
    }
    if (!about_.encoder.empty()) {
      item("How columns of a table become features is kept in the model: new tables are encoded as the first were.");
    }
    if (!about_.settled.empty()) {
      item(concat("Chosen once the weights were there: ", plain(about_.settled), "."));
    }
  }

  void add_limits() {
    head("Limits");
    item(concat("The figures are those of ", plain(model_.dataset()), ", split ", plain(best_.split),
                "; on other data, or later ones of the same kind, nobody has judged it."));
    if (run_.interrupted) {
      item("The training was interrupted: these are figures of what was there then.");
    }
    if (run_.runs.size() == 1) {
      item("It is one run of one seed: how much of a figure is luck is not known. `weft train --runs 10` tells.");
    } else {
      item("Of the runs above the one that is best on validation was kept, so its own test figure is no mean.");
    }
    if (model_.outputs() == OutputKind::classes && !is_generator()) {
      item("It names one of its classes whatever it is asked about, also for things that are of none.");
    }
    if (model_.outputs() == OutputKind::classes || model_.outputs() == OutputKind::labels) {
      item(
          "Probabilities come from the model as they are; whether they are as often right as they say was not "
          "measured.");
    }
    if (!about_.table_nodes.empty()) {
      item("It has learned a row for each node of its graph, and knows no others.");
    }
    if (model_.task().rows == Rows::links) {
      item(
          "Scores are judged against pairs that were drawn as no links; among those may be links nobody has recorded.");
    }
    item(
        "Where the data come from, who may use them, and what they say of people, the model does not know: add it "
        "here.");
  }

  void add_options() {
    head("Options");
    out_ += "| option | value |\n| --- | --- |\n";
    row("seed", std::to_string(best_.seed));
    for (const auto& [name, value] : run_.options.values()) {
      row(plain(name), plain(to_text(value)));
    }
  }

  void add_use() {
    head("Use");
    out_ += is_generator() ? "```sh\nweft generate RUN -n 100 -o new.h5\n```\n"
                           : "```sh\nweft predict RUN DATA.h5 -o predictions.csv\n```\n";
    out_ += "\nRUN is the run folder, its `model.h5`, or the `.safetensors` file that `weft export` makes of it.\n";
  }

  const TrainedModel& model_;
  const ModelDescription& about_;
  const RunSummary& run_;
  const RunResult& best_;
  std::string out_;
};

}  // namespace

std::string model_card(const TrainedModel& model, const RunSummary& run) {
  return Card(model, run).text();
}

}  // namespace weft
