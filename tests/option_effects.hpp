// What changes when an option does: a run on tiny data, its figures and weights, and all options of a model one after
// the other.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/run.hpp"
#include "weft/tasks/option_uses.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/train_options.hpp"

namespace weft::test {

using Changes = std::vector<std::pair<std::string, std::string>>;

/// Options that decide no result, each with the reason.
inline const std::map<std::string_view, std::string_view>& options_without_a_result() {
  static const std::map<std::string_view, std::string_view> kReasons = {
      {"eval_every", "says when a model is looked at; a rarer look may find the same best epoch (trainer_test.cpp)"},
      {"patience", "ends a run that gains nothing, after its best epoch (trainer_test.cpp)"},
      {"budget_minutes", "the clock decides, so that no two runs are alike"},
      {"checkpoint_seconds", "says how often what could be lost is saved"},
      {"inference_rows", "bounds memory; the same sums in parts (inference_test.cpp)"},
      {"smooth", "spreads labels where that helps, and is refused by the task elsewhere (settled_outputs_test.cpp)"},
      {"threshold", "moves what nodes are called, and is refused by the task elsewhere (settled_outputs_test.cpp)"},
      {"max_positions", "refuses larger graphs; smaller ones read the first of as many weights"},
      {"constraint", "is what a generator keeps to, not what it learns (graph_constraint_test.cpp)"},
  };
  return kReasons;
}

/// What a run said and, if it has a folder, the weights that it left.
struct Outcome {
  std::vector<double> numbers;
  std::string metric;
  std::vector<NamedTensor> weights;
};

inline bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

inline bool alike(const Outcome& a, const Outcome& b) {
  return a.metric == b.metric && std::ranges::equal(a.numbers, b.numbers, same) &&
         std::ranges::equal(a.weights, b.weights, [](const NamedTensor& x, const NamedTensor& y) {
           return x.name == y.name && same_bits(x.value, y.value);
         });
}

inline Outcome outcome_of(const Dataset& data, const std::string& model, const Options& options, bool keeps_weights) {
  std::optional<TemporaryFolder> folder;
  TrainJob job{.model = model, .options = options, .splits = {split_names(data, task_info(data.task)).front()}};
  if (keeps_weights) {
    folder.emplace();
    job.folder = folder->path();
  }
  Outcome outcome;
  const auto take = [&](const EpochRecord& record) {
    outcome.numbers.insert(outcome.numbers.end(), {record.loss, record.learning_rate, record.train, record.val});
  };
  TrainReport report;
  // Data are tiny: more threads would only wait for each other.
  with_threads(1, [&] { report = train(data, job, {.on_epoch = take}); });
  outcome.metric = report.metric;
  for (const RunResult& run : report.runs) {
    outcome.numbers.insert(outcome.numbers.end(), {run.train, run.val, run.test});
    for (const auto& [name, figure] : run.test_metrics) {
      outcome.numbers.push_back(figure);
    }
  }
  if (folder) {
    outcome.weights = weights_in(folder->path());
  }
  return outcome;
}

/// Other values of an option, those that change most first.
inline std::vector<OptionValue> others(const Option& option, const OptionValue& now) {
  std::vector<OptionValue> values;
  if (const auto* flag = std::get_if<bool>(&now)) {
    return {!*flag};
  }
  const auto add_if_in_range = [&](const auto value) {
    const auto x = static_cast<double>(value);
    if (x >= option.minimum && x <= option.maximum && OptionValue(value) != now) {
      values.emplace_back(value);
    }
  };
  if (const auto* integer = std::get_if<std::int64_t>(&now)) {
    for (const std::int64_t value : {*integer * 2, *integer + 1, std::int64_t{3}, std::int64_t{2}, std::int64_t{1},
                                     std::int64_t{7}, std::int64_t{20}, std::int64_t{0}}) {
      add_if_in_range(value);
    }
  } else if (const auto* real = std::get_if<double>(&now)) {
    for (const double value : {*real / 2.0, 0.5, 0.9, 2.0, 0.05, 0.0}) {
      add_if_in_range(value);
    }
  } else if (!option.choices.empty()) {
    for (const std::string_view choice : option.choices) {
      if (choice != std::get<std::string>(now)) {
        values.emplace_back(std::string(choice));
      }
    }
  } else {
    // Texts of a form of their own.
    for (const char* text : {"1", "2", "nodes", "edges"}) {
      values.emplace_back(std::string(text));
    }
  }
  return values;
}

/// A task's data, what a run of them is shortened by, and settings that options need to be read, tried one after the
/// other.
struct Subject {
  Dataset data;
  Changes shortened;
  std::vector<Changes> settings;
  /// Whether options of the loop are gone over too: they are the same for every model.
  bool of_the_loop = false;
  /// These options alone; empty: all.
  std::set<std::string> only = {};
};

/// The options of a model and task, with ranges.
inline std::map<std::string, Option> table_of(const std::string& model, const TaskInfo& task) {
  std::map<std::string, Option> table;
  const auto add = [&](std::span<const Option> options) {
    for (const Option& option : options) {
      table.emplace(std::string(option.name), option);
    }
  };
  if (task.model.empty()) {
    add(model_info(model).options);
  }
  add(task.options);
  add(task.model.empty() ? training_options() : train_option_table());
  return table;
}

/// `options` with these changes; nothing if there is no such option, or no such value.
inline std::optional<Options> changed(Options options, const Changes& changes) {
  for (const auto& [name, value] : changes) {
    if (!options.has(name)) {
      return std::nullopt;
    }
    options.set(name, value);
  }
  return options;
}

/// Options of a model that no setting so far has shown to be read.
class Pending {
 public:
  Pending(const Subject& subject, std::string model)
      : subject_(subject), model_(std::move(model)), table_(table_of(model_, task_info(subject.data.task))) {
    for (const auto& [name, option] : table_) {
      const bool of_loop = std::ranges::find(train_option_table(), name, &Option::name) != train_option_table().end();
      const bool is_wanted = subject.only.empty() ? subject.of_the_loop || !of_loop : subject.only.contains(name);
      if (!options_without_a_result().contains(name) && is_wanted) {
        names_.insert(name);
      }
    }
  }

  /// Every option that is said to be read here must change the outcome; of the others none may, where `checks_others`.
  void try_in(const Changes& setting, bool checks_others) {
    const std::optional<Options> options = options_in(setting);
    if (!options) {
      return;
    }
    std::vector<std::string> read, unread;
    for (const std::string& name : names_) {
      (why_not_read(name, model_, *options, subject_.data).empty() ? read : unread).push_back(name);
    }
    if ((read.empty() && !checks_others) || !runs(*options)) {
      EXPECT_FALSE(setting.empty()) << model_ << " is not trained as it is";
      return;
    }
    for (const std::string& name : read) {
      const Effect effect = effect_of(name, *options);
      EXPECT_NE(effect, Effect::none) << model_ << described(setting) << ": no value of " << name
                                      << " changes anything, nor is it refused";
      if (effect == Effect::refused) {
        refused_.insert(name);
      } else {
        names_.erase(name);
      }
    }
    if (checks_others) {
      expect_without_effect(unread, *options);
    }
  }

  /// Left after all settings.
  [[nodiscard]] const std::set<std::string>& names() const { return names_; }
  /// Each other value of it is refused by what trains.
  [[nodiscard]] bool is_refused(const std::string& name) const { return refused_.contains(name); }

 private:
  static std::string described(const Changes& setting) {
    std::string text;
    for (const auto& [name, value] : setting) {
      text += " " + name + "=" + value;
    }
    return text;
  }

  /// Whether the setting is one of the model; its outcome is what others are compared with.
  bool runs(const Options& options) {
    try {
      plain_ = outcome_of(subject_.data, model_, options, false);
      kept_.reset();
      return true;
    } catch (const ArgumentError&) {
      return false;
    }
  }

  /// The model's defaults, for shorter runs and in this setting; nothing if it is not one of the model.
  [[nodiscard]] std::optional<Options> options_in(const Changes& setting) const {
    Options base = default_options(model_, subject_.data.task);
    for (const auto& [name, value] : subject_.shortened) {
      if (base.has(name)) {
        base.set(name, value);
      }
    }
    return changed(base, setting);
  }

  enum class Effect { none, some, refused };

  /// What the first of its other values does that does anything. Weights are looked at where nothing else has changed.
  /// Refused: each other value is, by a message that names the option.
  Effect effect_of(const std::string& name, const Options& options) {
    bool is_refused = true;
    for (const OptionValue& value : others(table_.at(name), options.value(name))) {
      try {
        Options with = options;
        with.set_value(name, value);
        if (!alike(plain_, outcome_of(subject_.data, model_, with, false))) {
          return Effect::some;
        }
        if (!kept_) {
          kept_ = outcome_of(subject_.data, model_, options, true);
        }
        if (!alike(*kept_, outcome_of(subject_.data, model_, with, true))) {
          return Effect::some;
        }
        is_refused = false;
      } catch (const ArgumentError& error) {
        is_refused = is_refused && std::string_view(error.what()).find(name) != std::string_view::npos;
      }
    }
    return is_refused ? Effect::refused : Effect::none;
  }

  /// All together, each at its first other value.
  void expect_without_effect(const std::vector<std::string>& names, const Options& options) {
    Options with = options;
    std::string changes;
    for (const std::string& name : names) {
      with.set_value(name, others(table_.at(name), options.value(name)).front());
      // One option may be read by another's value; then it has to be tried alone.
      const bool all_unread = std::ranges::all_of(
          names, [&](const std::string& each) { return !why_not_read(each, model_, with, subject_.data).empty(); });
      if (!all_unread) {
        with.set_value(name, options.value(name));
        continue;
      }
      changes += " " + name;
    }
    EXPECT_TRUE(alike(plain_, outcome_of(subject_.data, model_, with, false)))
        << model_ << ": one of these is said not to be read, and changes something:" << changes;
  }

  const Subject& subject_;
  std::string model_;
  std::map<std::string, Option> table_;
  std::set<std::string> names_, refused_;
  Outcome plain_;
  std::optional<Outcome> kept_;
};

}  // namespace weft::test
