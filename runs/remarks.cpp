#include "weft/runs/remarks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/tasks/labels.hpp"
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
  std::int64_t at_majority = 0, never_rose = 0;
  double figure = 0.0;
  MajorityClass majority;
  for (const RunResult& run : summary.runs) {
    const Split* split = dataset.find_split(run.split);
    const auto accuracy = run.test_metrics.find("accuracy");
    if (split != nullptr && accuracy != run.test_metrics.end()) {
      const MajorityClass own = majority_class(dataset, split->test);
      if (own.share > 0.0 && accuracy->second <= own.share) {
        ++at_majority;
        figure = accuracy->second;
        majority = own;
      }
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
  const std::string of_runs =
      count == 1 ? "" : concat(" in ", std::max(at_majority, never_rose), " of ", count, " runs");
  if (2 * at_majority > count) {
    remarks.push_back(
        concat("the test accuracy, ", share_text(figure), ", is not above that of always saying '", majority.name,
               "', ", share_text(majority.share), of_runs,
               "; try another learning_rate, more epochs, feature_norm=column, class_weights=balanced for "
               "rare classes, ",
               dataset.num_classes == 2 && options.has("threshold") && options.text("threshold") == "none"
                   ? "threshold=balanced_accuracy or macro_f1, which chooses on validation from which probability on a "
                     "row is of the second class, "
                   : "",
               "or another model"));
  } else if (2 * never_rose > count) {
    remarks.push_back(concat("validation was best after the first epoch and never rose", of_runs,
                             "; try a lower learning_rate or feature_norm=column, and look whether the features say "
                             "anything of what is to be learned"));
  }
  return remarks;
}

}  // namespace weft
