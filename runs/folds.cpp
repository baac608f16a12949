#include "weft/runs/folds.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "weft/core/error.hpp"
#include "weft/runs/cross_validation.hpp"

namespace weft {
namespace {

/// The first by name that has not far fewer training rows than another: splits of twenty rows a class stand beside
/// those of a share of all rows, which is what one means who names none.
std::string usual_split(const Dataset& dataset, const std::vector<std::string>& names) {
  const auto train_rows = [&](const std::string& name) {
    const Split* split = dataset.find_split(name);
    return split == nullptr ? std::size_t{0} : split->train.size();
  };
  std::size_t most = 0;
  for (const std::string& name : names) {
    most = std::max(most, train_rows(name));
  }
  return *std::ranges::find_if(names, [&](const std::string& name) { return 2 * train_rows(name) >= most; });
}

}  // namespace

std::vector<std::string> matching_splits(const Dataset& dataset, const TaskInfo& task,
                                         const std::vector<std::string>& wanted) {
  const std::vector<std::string> names = split_names(dataset, task);
  require(!names.empty(), dataset.name, ": the dataset has no split, expected /split/NAME/{train,val,test}");
  const auto is_name = [&](const std::string& word) { return std::ranges::find(names, word) != names.end(); };
  if (wanted.empty()) {
    return {is_name("public") ? "public" : usual_split(dataset, names)};
  }
  std::vector<std::string> words, result;
  for (const std::string& word : wanted) {
    // A list, unless a split is called so or a pattern has a comma between brackets.
    const bool is_one = is_name(word) || word.find('[') != std::string::npos;
    for (std::size_t begin = 0, end = 0; begin <= word.size(); begin = end + 1) {
      end = is_one ? word.size() : std::min(word.find(',', begin), word.size());
      words.push_back(word.substr(begin, end - begin));
    }
  }
  for (const std::string& word : words) {
    bool matched = false;
    for (const std::string& name : names) {
      const bool matches = is_name(word)   ? name == word
                           : word == "all" ? true
                                           : fnmatch(word.c_str(), name.c_str(), 0) == 0;
      if (matches && std::ranges::find(result, name) == result.end()) {
        result.push_back(name);
      }
      matched = matched || matches;
    }
    std::string known;
    for (const std::string& name : names) {
      known += (known.empty() ? "" : ", ") + name;
    }
    constexpr std::array<std::string_view, 5> kParts = {"train", "val", "valid", "validation", "test"};
    require(matched || std::ranges::find(kParts, word) == kParts.end(), "split: '", word,
            "' is a part of a split, and ", dataset.name,
            " has no split of that name; a model is trained on the part train, chosen by val and judged on ",
            "test, and weft evaluate gives the figures of all three; expected one of ", known);
    require(matched, "split: '", word, "' matches no split of ", dataset.name, ", expected one of ", known);
  }
  return result;
}

void choose_folds(RunConfig& config, Dataset& dataset) {
  const TaskInfo& task = task_info(dataset.task);
  if (config.protocol.empty() && config.splits.empty() && task.rows == Rows::graphs &&
      folds_of(dataset, Protocol::fair).size() == 10) {
    config.protocol = name_of(Protocol::fair);
  }
  if (const std::optional<Protocol> protocol = protocol_of(config.protocol)) {
    require(task.rows == Rows::graphs, "protocol: the task of ", dataset.name, " is ", task.name(),
            ", expected one about graphs");
    prepare_folds(dataset, *protocol);
    const bool is_metric_set = std::ranges::any_of(config.settings, [](const auto& o) { return o.first == "metric"; });
    if (!is_metric_set && !config.resume && std::holds_alternative<std::vector<std::int64_t>>(dataset.graph_labels)) {
      // What papers on these protocols report; folds may be too small for a rank.
      config.set("metric", "accuracy");
    }
    config.splits = config.splits.empty() ? folds_of(dataset, *protocol) : config.splits;
  }
  config.splits = matching_splits(dataset, task, config.splits);
}

void FoldCurves::read(std::span<const EpochRecord> records) {
  for (const EpochRecord& record : records) {
    add(record);
  }
}

void FoldCurves::add(const EpochRecord& record) {
  const auto run = static_cast<std::size_t>(record.run), epoch = static_cast<std::size_t>(record.epoch);
  if (record.run < 0 || run > curves_.size()) {
    return;
  }
  curves_.resize(std::max(curves_.size(), run + 1));
  std::vector<double>& curve = curves_[run];
  if (epoch < curve.size()) {
    curve[epoch] = record.val;
  } else if (epoch == curve.size()) {
    curve.push_back(record.val);
  }
}

bool FoldCurves::read_at_common_epoch(TrainReport& report) const {
  if (curves_.size() < report.runs.size()) {
    return false;
  }
  // A run that is not done may have records too.
  const MeanEpoch best = best_mean_epoch(std::span(curves_).first(report.runs.size()), report.higher_is_better);
  if (best.epoch < 0) {
    return false;
  }
  for (std::size_t r = 0; r < report.runs.size(); ++r) {
    RunResult& run = report.runs[r];
    run.best_epoch = best.epoch;
    run.val = run.test = curves_[r][static_cast<std::size_t>(best.epoch)];
    run.train = std::numeric_limits<double>::quiet_NaN();
    run.test_metrics = {{report.metric, run.test}};
  }
  return true;
}

}  // namespace weft
