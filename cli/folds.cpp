#include "weft/cli/folds.hpp"

#include <algorithm>
#include <fstream>
#include <limits>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/core/error.hpp"
#include "weft/runs/cross_validation.hpp"

namespace weft::cli {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
/// More than any job has: a damaged log must not ask for memory.
constexpr std::int64_t kMostRuns = 100'000, kMostEpochs = 10'000'000;

}  // namespace

void choose_folds(RunConfig& config, Dataset& dataset) {
  const bool judges_graphs = dataset.task == Task::graph_classification || dataset.task == Task::graph_regression;
  if (config.protocol.empty() && config.splits.empty() && judges_graphs &&
      folds_of(dataset, Protocol::fair).size() == 10) {
    config.protocol = name_of(Protocol::fair);
  }
  if (const std::optional<Protocol> protocol = protocol_of(config.protocol)) {
    require(judges_graphs, "--protocol: the task of ", dataset.name, " is ", name_of(dataset.task),
            ", expected one about graphs");
    prepare_folds(dataset, *protocol);
    config.splits = config.splits.empty() ? folds_of(dataset, *protocol) : config.splits;
  }
  config.splits = dataset.task == Task::link_prediction ? matching_link_splits(dataset, config.splits)
                                                        : matching_splits(dataset, config.splits);
}

void FoldCurves::read(const std::filesystem::path& metrics) {
  std::ifstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    const Json record = Json::parse(line, nullptr, false);
    const auto number = [&](const char* key) {
      const auto found = record.find(key);
      return found != record.end() && found->is_number_integer() ? found->get<std::int64_t>() : -1;
    };
    if (record.is_object()) {
      const auto val = record.find("val");
      add(number("run"), number("epoch"), val != record.end() && val->is_number() ? val->get<double>() : kUndefined);
    }
  }
}

void FoldCurves::add(std::int64_t run, std::int64_t epoch, double figure) {
  if (run < 0 || run >= kMostRuns || epoch < 0 || epoch >= kMostEpochs) {
    return;
  }
  const auto r = static_cast<std::size_t>(run), e = static_cast<std::size_t>(epoch);
  curves_.resize(std::max(curves_.size(), r + 1));
  curves_[r].resize(std::max(curves_[r].size(), e + 1), kUndefined);
  curves_[r][e] = figure;
}

void FoldCurves::read_at_common_epoch(TrainReport& report) const {
  const MeanEpoch best = best_mean_epoch(curves_, report.higher_is_better);
  if (best.epoch < 0 || curves_.size() != report.runs.size()) {
    return;
  }
  for (std::size_t r = 0; r < report.runs.size(); ++r) {
    RunResult& run = report.runs[r];
    run.best_epoch = best.epoch;
    run.val = run.test = curves_[r][static_cast<std::size_t>(best.epoch)];
    run.train = kUndefined;
    run.test_metrics = {{report.metric, run.test}};
  }
}

}  // namespace weft::cli
