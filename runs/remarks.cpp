#include "weft/runs/remarks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/tasks/labels.hpp"
#include "weft/tasks/option_uses.hpp"
#include "weft/tasks/tasks.hpp"

namespace weft {
namespace {

std::string share_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", share);
  return text;
}

const std::vector<std::int64_t>* classes_of(const Dataset& dataset) {
  const Labels& labels = task_info(dataset.task).rows == Rows::graphs ? dataset.graph_labels : dataset.node_labels;
  return std::get_if<std::vector<std::int64_t>>(&labels);
}

/// How many rows of each class a part has.
std::vector<std::int64_t> counts_of(const Dataset& dataset, const std::vector<std::int64_t>& classes,
                                    const std::vector<std::int64_t>& part) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(dataset.num_classes), 0);
  for (const std::int64_t row : part) {
    if (const std::int64_t c = classes[static_cast<std::size_t>(row)]; c >= 0) {
      ++counts[static_cast<std::size_t>(c)];
    }
  }
  return counts;
}

/// Classes of which a part of the split has no row; empty: there are none. Parts without rows are said elsewhere.
std::string missing_classes(const Dataset& dataset, const std::vector<std::int64_t>& classes, const Split& split) {
  constexpr std::int64_t kMostNamed = 3;
  const std::vector<std::string> names = class_names_for(dataset.num_classes, dataset.class_names);
  std::string text;
  for (const auto& [part, rows] :
       {std::pair("train", &split.train), std::pair("val", &split.val), std::pair("test", &split.test)}) {
    const std::vector<std::int64_t> counts = counts_of(dataset, classes, *rows);
    const auto missing = std::ranges::count(counts, 0);
    if (missing == 0 || missing == std::ssize(counts)) {
      continue;
    }
    text += concat(text.empty() ? "" : ", ", part, " has no row of class ");
    std::int64_t named = 0;
    for (std::size_t c = 0; c < counts.size() && named < kMostNamed; ++c) {
      if (counts[c] == 0) {
        text += concat(named++ == 0 ? "'" : ", '", names[c], "'");
      }
    }
    text += missing > named ? concat(" and ", missing - named, " more") : "";
  }
  return text;
}

/// What a run reached on the test part by some metric, and what is reached there without learning anything.
struct Floored {
  std::string metric;
  double figure = 0.0, of_guessing = 0.0;
  /// The class that is always said; empty: guessed at random.
  std::string majority = {};
  /// Rows are told apart, and too few of two classes' second are called so.
  bool is_ranked = false;
};

/// Figures that are no further apart than sums of them differ by their order.
bool is_above(double figure, double floor) {
  constexpr double kRounding = 1e-9;
  return figure > floor + kRounding;
}

/// Nothing where the run is better than that. Judged by what it was selected by, or what its threshold was chosen by:
/// by ranks, by classes counted alike, and otherwise by accuracy; exactly that of the commonest class says nothing
/// where other classes are found too.
std::optional<Floored> floored(const Dataset& dataset, const RunSummary& summary, const RunResult& run) {
  const Split* split = dataset.find_split(run.split);
  const MajorityClass majority = split == nullptr ? MajorityClass() : majority_class(dataset, split->test);
  const auto figure = [&](std::string_view metric) -> std::optional<double> {
    const auto found = run.test_metrics.find(std::string(metric));
    return found == run.test_metrics.end() || std::isnan(found->second) ? std::nullopt : std::optional(found->second);
  };
  if (majority.share <= 0.0) {
    return std::nullopt;
  }
  const Options& options = summary.options;
  const std::string threshold = options.has("threshold") ? options.text("threshold") : "none";
  const bool by_threshold = threshold == "balanced_accuracy" || threshold == "macro_f1";
  const std::string& aim = by_threshold ? threshold : summary.metric;
  const std::vector<std::int64_t> counts = counts_of(dataset, *classes_of(dataset), split->test);
  const double alike = 1.0 / static_cast<double>(std::ssize(counts) - std::ranges::count(counts, 0));
  const std::optional<double> accuracy = figure("accuracy"), balanced = figure("balanced_accuracy");
  const bool finds_none = balanced && !is_above(*balanced, alike);
  if (const auto rank = figure("roc_auc"); rank && (aim == "roc_auc" || aim == "average_precision")) {
    constexpr double kOfGuessing = 0.5;
    if (!is_above(*rank, kOfGuessing)) {
      return Floored{.metric = "roc_auc", .figure = *rank, .of_guessing = kOfGuessing};
    }
    return finds_none && counts.size() == 2 && threshold == "none"
               ? std::optional(Floored{"balanced_accuracy", *balanced, alike, majority.name, true})
               : std::nullopt;
  }
  if (balanced && (aim == "balanced_accuracy" || aim == "macro_f1")) {
    return finds_none ? std::optional(Floored{"balanced_accuracy", *balanced, alike, majority.name}) : std::nullopt;
  }
  if (!accuracy || is_above(*accuracy, majority.share) ||
      (balanced && !finds_none && !is_above(majority.share, *accuracy))) {
    return std::nullopt;
  }
  return Floored{"accuracy", *accuracy, majority.share, majority.name};
}

/// Options with another value; those that the run has not stay away.
Options with_value(Options options, std::string_view name, const char* value) {
  if (options.has(name)) {
    options.set(name, value);
  }
  return options;
}

/// What to try, of what the run reads.
std::string advice(const Dataset& dataset, const RunSummary& summary, bool is_ranked) {
  struct Try {
    std::string_view option;
    /// As "" anything but what it is.
    const char* value;
    std::string_view text;
  };
  constexpr std::array kTries = {
      Try{"learning_rate", "", "another learning_rate"},
      Try{"epochs", "", "more epochs"},
      Try{"feature_norm", "column", "feature_norm=column"},
      Try{"class_weights", "balanced", "class_weights=balanced for rare classes"},
      Try{"threshold", "balanced_accuracy",
          "threshold=balanced_accuracy or macro_f1, which chooses on validation from which probability on a row is of "
          "the second class"},
  };
  std::string text;
  for (const Try& one : kTries) {
    const bool is_of_calls = one.option == "class_weights" || one.option == "threshold";
    const Options options = *one.value == '\0' ? summary.options : with_value(summary.options, one.option, one.value);
    const bool is_there = options.has(one.option) && (!is_ranked || is_of_calls) &&
                          (*one.value == '\0' || options.value(one.option) != summary.options.value(one.option)) &&
                          (one.option != "threshold" || summary.options.text("threshold") == "none");
    if (is_there && why_not_read(one.option, summary.config.model, options, dataset).empty()) {
      text += concat(text.empty() ? "" : ", ", one.text);
    }
  }
  return is_ranked ? text : concat(text, text.empty() ? "" : ", or ", "another model");
}

/// Where no class says what guessing reaches: links by ROC AUC, numbers by R2.
std::string remark_on_guessing(Rows rows, const std::vector<RunResult>& runs) {
  const std::string_view metric = rows == Rows::links ? "roc_auc" : "r2";
  const double of_guessing = rows == Rows::links ? 0.5 : 0.0;
  double figure = 0.0;
  const auto guesses = std::ranges::count_if(runs, [&](const RunResult& run) {
    const auto found = run.test_metrics.find(std::string(metric));
    const bool is_guess = found != run.test_metrics.end() && found->second <= of_guessing;
    figure = is_guess ? found->second : figure;
    return is_guess;
  });
  if (2 * guesses <= std::ssize(runs)) {
    return "";
  }
  return concat("the test ", metric, ", ", share_text(figure), ", is not above that of guessing, ",
                share_text(of_guessing), "; try another learning_rate, more epochs, or another model");
}

/// Nothing where the run is better by validation than what is not trained, or none of that is known.
std::string remark_on_floor(const RunSummary& summary) {
  const Floor& floor = summary.floor;
  if (floor.model.empty() || summary.runs.empty()) {
    return "";
  }
  const double own = summary.runs.at(summary.best_run).val;
  const bool is_better = summary.higher_is_better ? is_above(own, floor.val) : is_above(floor.val, own);
  return is_better || std::isnan(own) || std::isnan(floor.val)
             ? ""
             : concat("the val ", summary.metric, ", ", share_text(own), ", is not better than that of ", floor.model,
                      ", ", share_text(floor.val), ", which is not trained: --model ", floor.model,
                      " is as good and cheaper");
}

}  // namespace

MajorityClass majority_class(const Dataset& dataset, const std::vector<std::int64_t>& part) {
  const std::vector<std::int64_t>* classes = classes_of(dataset);
  if (classes == nullptr || dataset.num_classes < 1) {
    return {};
  }
  const std::vector<std::int64_t> counts = counts_of(dataset, *classes, part);
  const std::int64_t labeled = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const auto most = std::ranges::max_element(counts);
  return {class_names_for(dataset.num_classes, dataset.class_names)[static_cast<std::size_t>(most - counts.begin())],
          labeled == 0 ? 0.0 : static_cast<double>(*most) / static_cast<double>(labeled)};
}

std::vector<std::string> remarks_on(const Dataset& dataset, const RunSummary& summary) {
  constexpr std::int64_t kFewLooks = 5;
  const Options& options = summary.options;
  const std::int64_t first_look = options.has("eval_every") ? options.integer("eval_every") : 1;
  const bool is_long = options.has("epochs") && options.integer("epochs") > kFewLooks * first_look;
  std::vector<std::string> remarks;
  std::int64_t num_floored = 0, never_rose = 0;
  Floored last;
  for (const RunResult& run : summary.runs) {
    if (std::optional<Floored> one = floored(dataset, summary, run)) {
      ++num_floored;
      last = std::move(*one);
    }
    // Counted from 0: the first look at validation.
    never_rose += is_long && run.best_epoch < first_look ? 1 : 0;
  }
  const auto count = static_cast<std::int64_t>(summary.runs.size());
  std::int64_t num_lacking = 0;
  std::string first_lacking;
  const std::vector<std::int64_t>* classes = classes_of(dataset);
  for (const RunResult& run : summary.runs) {
    const Split* split = classes == nullptr ? nullptr : dataset.find_split(run.split);
    if (const std::string lacking = split == nullptr ? "" : missing_classes(dataset, *classes, *split);
        !lacking.empty() && num_lacking++ == 0) {
      first_lacking = concat("in the split '", run.split, "' ", lacking);
    }
  }
  if (num_lacking > 0) {
    remarks.push_back(concat(first_lacking,
                             count == 1 ? "" : concat(" (", num_lacking, " of ", count, " runs are on such splits)"),
                             "; what is not in train cannot be learned, and the other parts' figures say nothing of "
                             "what they lack"));
  }
  if (std::string remark = remark_on_guessing(task_info(dataset.task).rows, summary.runs); !remark.empty()) {
    remarks.push_back(std::move(remark));
  }
  const auto of_runs = [&](std::int64_t some) {
    return count == 1 ? "" : concat(" in ", some, " of ", count, " runs");
  };
  if (2 * num_floored > count) {
    const std::string tries = advice(dataset, summary, last.is_ranked);
    remarks.push_back(concat("the test ", last.metric, ", ", share_text(last.figure), ", is not above that of ",
                             last.majority.empty() ? "guessing" : concat("always saying '", last.majority, "'"), ", ",
                             share_text(last.of_guessing), of_runs(num_floored),
                             last.is_ranked ? ", though the rows are ranked better than by chance" : "",
                             tries.empty() ? "" : concat("; try ", tries)));
  } else if (2 * never_rose > count) {
    remarks.push_back(concat("validation was best after the first epoch and never rose", of_runs(never_rose), "; try ",
                             advice(dataset, summary, false),
                             ", and look whether the features say anything of what is to be learned"));
  }
  if (const std::string remark = remark_on_floor(summary); !remark.empty()) {
    remarks.push_back(remark);
  }
  return remarks;
}

}  // namespace weft
