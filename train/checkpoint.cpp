#include "weft/train/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "weft/io/text_lists.hpp"
#include "weft/train/train_options.hpp"
#include "weft/train/training_run.hpp"

namespace weft {
namespace {

void put_job(ModelFile& file, const Task& task, const TrainJob& job, const Split& split) {
  task.describe(split, file);
  file.config["metric"] = task.metric();
  for (const auto& [name, value] : job.options.values()) {
    file.config[std::string(kOptionPrefix) + name] = to_text(value);
  }
}

/// Options that a checkpoint of an earlier Weft does not name had their default there.
std::string option_of(const ModelFile& checkpoint, const std::string& key) {
  if (const auto found = checkpoint.config.find(key); found != checkpoint.config.end()) {
    return found->second;
  }
  for (const Option& option : train_option_table()) {
    if (std::string(kOptionPrefix).append(option.name) == key) {
      return to_text(option.fallback);
    }
  }
  // Those of tasks that came later, and the value that does what was done before.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kLater = {{{"option.class_weights", "none"},
                                                                                    {"option.edge_weights", "true"},
                                                                                    {"option.node_table", "true"},
                                                                                    {"option.smooth", "none"},
                                                                                    {"option.threshold", "none"}}};
  const auto found = std::ranges::find(kLater, key, [](const auto& later) { return later.first; });
  return found == kLater.end() ? "" : std::string(found->second);
}

std::string seeds_text(const std::vector<std::uint64_t>& seeds) {
  std::vector<std::string> texts;
  for (const std::uint64_t seed : seeds) {
    texts.push_back(std::to_string(seed));
  }
  return joined(texts, ' ');
}

/// What was settled of a run that is done, behind its name.
constexpr const char* kSettled = ".settled";

/// The numbers whose names begin with `prefix`, without it.
std::map<std::string, double> metrics_of(const ModelFile& file, const std::string& prefix) {
  std::map<std::string, double> metrics;
  for (auto entry = file.numbers.lower_bound(prefix); entry != file.numbers.end() && entry->first.starts_with(prefix);
       ++entry) {
    const std::vector<double>& figure = file.reals(entry->first);
    require(figure.size() == 1, entry->first, " has ", figure.size(), " numbers, expected 1");
    metrics[entry->first.substr(prefix.size())] = figure[0];
  }
  return metrics;
}

RunResult result_in(const ModelFile& checkpoint, const std::string& name) {
  const auto& epochs = checkpoint.integers(name + ".epochs");
  const auto& figures = checkpoint.reals(name + ".figures");
  require(epochs.size() == 2 && figures.size() == 4, name, " has ", epochs.size(), " and ", figures.size(),
          " numbers, expected 2 and 4");
  RunResult run{.split = {},
                .train = figures[0],
                .val = figures[1],
                .test = figures[2],
                .best_epoch = epochs[0],
                .epochs = epochs[1],
                .seconds = figures[3],
                .test_metrics = metrics_of(checkpoint, name + ".metric.")};
  if (const auto settled = checkpoint.config.find(name + kSettled); settled != checkpoint.config.end()) {
    run.settled = settled->second;
  }
  require(is_count(run.epochs) && run.best_epoch >= -1 && run.best_epoch < std::max<std::int64_t>(1, run.epochs) &&
              run.seconds >= 0.0 && std::isfinite(run.seconds),
          name, " has ", run.epochs, " epochs in ", run.seconds, " seconds, of which ", run.best_epoch,
          " is the best, which does not go together");
  return run;
}

JobProgress sound_progress(const ModelFile& checkpoint) {
  const std::vector<std::string> splits = parts_of(checkpoint.text("splits")),
                                 seeds = parts_of(checkpoint.text("seeds"), ' ');
  const std::vector<std::int64_t>& counts = checkpoint.integers("job");
  const auto num_runs = static_cast<std::int64_t>(splits.size() * seeds.size());
  require(counts.size() == 3, "job has ", counts.size(), " numbers, expected 3");
  require(counts[0] >= 0 && counts[0] <= num_runs && counts[1] >= 0 &&
              counts[1] < std::max<std::int64_t>(1, counts[0]) && is_count(counts[2]),
          "job counts ", counts[0], " runs of ", num_runs, " with ", counts[2], " epochs, and run ", counts[1],
          " is the best, which does not go together");
  JobProgress progress{.done = {}, .best_run = static_cast<std::size_t>(counts[1]), .num_records = counts[2]};
  for (std::size_t i = 0; i < static_cast<std::size_t>(counts[0]); ++i) {
    RunResult run = result_in(checkpoint, "done." + std::to_string(i));
    run.seed = seed_of(seeds[i % seeds.size()]);
    run.split = splits[i / seeds.size()];
    progress.done.push_back(std::move(run));
  }
  return progress;
}

}  // namespace

std::uint64_t seed_of(const std::string& text) {
  std::uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data(), end, seed);
  require(error == std::errc() && behind == end, "the seed is '", text, "', expected a whole number");
  return seed;
}

DataFingerprint data_fingerprint(const Task& task, const TrainJob& job) {
  Fingerprint data, features;
  task.fingerprint(data);
  for (const std::string& name : job.splits) {
    for (const auto& part : {&Split::train, &Split::val, &Split::test}) {
      for (const std::int64_t row : task.find_split(name)->*part) {
        data.mix(static_cast<std::uint64_t>(row));
      }
    }
  }
  task.fingerprint_features(features);
  return {data.numbers(), features.numbers()};
}

ModelFile model_file_of(const Task& task, const TrainJob& job, const RunResult& result, const TrainingRun& run) {
  ModelFile file;
  put_job(file, task, job, *task.find_split(result.split));
  file.config["split"] = result.split;
  file.config["seed"] = std::to_string(result.seed);
  if (!result.settled.empty()) {
    file.config["settled"] = result.settled;
  }
  file.numbers["best_epoch"] = std::vector<std::int64_t>{result.best_epoch};
  file.numbers["figures"] = std::vector<double>{result.train, result.val, result.test};
  file.numbers["num_parameters"] = std::vector<std::int64_t>{run.num_parameters()};
  file.tensors = run.best_state();
  return file;
}

ModelFile checkpoint_of(const Task& task, const TrainJob& job, const DataFingerprint& data,
                        const JobProgress& progress) {
  ModelFile file;
  put_job(file, task, job, *task.find_split(job.splits.front()));
  file.config["splits"] = joined(job.splits);
  file.config["seeds"] = seeds_text(job.seeds);
  file.numbers["data"] = data.data;
  file.numbers["features"] = data.features;
  file.numbers["job"] = std::vector<std::int64_t>{static_cast<std::int64_t>(progress.done.size()),
                                                  static_cast<std::int64_t>(progress.best_run), progress.num_records};
  for (std::size_t i = 0; i < progress.done.size(); ++i) {
    const RunResult& run = progress.done[i];
    const std::string name = "done." + std::to_string(i);
    file.numbers[name + ".epochs"] = std::vector<std::int64_t>{run.best_epoch, run.epochs};
    file.numbers[name + ".figures"] = std::vector<double>{run.train, run.val, run.test, run.seconds};
    if (!run.settled.empty()) {
      file.config[name + kSettled] = run.settled;
    }
    for (const auto& [metric, figure] : run.test_metrics) {
      file.numbers[name + ".metric." + metric] = std::vector<double>{figure};
    }
  }
  return file;
}

bool counts_runs(const ModelFile& checkpoint) {
  return checkpoint.config.contains("splits") && checkpoint.config.contains("seeds");
}

bool is_of_former_generators(const ModelFile& checkpoint) {
  return !checkpoint.config.contains("splits") && !checkpoint.config.contains("seeds");
}

void require_same_job(const ModelFile& checkpoint, const ModelFile& expected) {
  require(counts_runs(checkpoint),
          "resume: the checkpoint was made by an older Weft, which trained generators in another way; the model beside "
          "it is read as ever, but training cannot go on: train again without --resume");
  for (const auto& [key, value] : expected.config) {
    // Names are not what was learned, and were not always there; another time between checkpoints may be
    // asked for without changing what was done; of the metric counts what it was, named or chosen (key metric).
    if (key == "class_names" || key == "encoder" || key == "table_nodes" || key == "known_nodes" ||
        key == "labeled_types" || key == "edge_weight" || key.starts_with("names_") ||
        key == "option.checkpoint_seconds" || key == "option.metric") {
      continue;
    }
    const std::string has = option_of(checkpoint, key);
    require(has == value, "resume: the checkpoint has ", key, " '", has, "', this job '", value, "'");
  }
  const auto has = [&](const char* name) {
    const auto found = checkpoint.numbers.find(name);
    return found != checkpoint.numbers.end() && found->second == expected.numbers.find(name)->second;
  };
  require(has("data"), "resume: the checkpoint was made on another dataset or another version of it");
  // Those of earlier versions say nothing of features.
  require(!checkpoint.numbers.contains("features") || has("features"),
          "resume: the checkpoint was made on another version of the dataset, with other features or properties");
}

void require_sound_settings(const ModelFile& checkpoint, const ModelFile& expected, const Options& options) {
  for (const auto& [key, value] : expected.config) {
    if (const auto found = checkpoint.config.find(key); found == checkpoint.config.end()) {
      require(key == "class_names" || key.starts_with(kOptionPrefix), "there is no setting '", key, "'");
    } else if (key.starts_with(kOptionPrefix)) {
      Options parsed = options;
      parsed.set(std::string_view(key).substr(kOptionPrefix.size()), found->second);
    }
  }
  require(checkpoint.integers("data").size() == expected.integers("data").size(), "data has ",
          checkpoint.integers("data").size(), " numbers, expected ", expected.integers("data").size());
}

JobProgress progress_in(const ModelFile& checkpoint, const std::string& name) {
  return reading(name, [&] { return sound_progress(checkpoint); });
}

}  // namespace weft
