#include "weft/train/run_checkpoint.hpp"

#include <algorithm>

namespace weft {
namespace {

constexpr std::string_view kOption = "option.";

void put_job(ModelFile& file, const Problem& problem) {
  file.config["model"] = problem.job().model;
  file.config["dataset"] = problem.dataset().name;
  file.config["task"] = std::string(name_of(problem.dataset().task));
  file.config["metric"] = problem.metric();
  file.config["outputs"] = std::string(name_of(problem.outputs()));
  file.config["feature_kind"] = name_of(problem.shape().feature_kind);
  for (const auto& [name, value] : problem.job().options.values()) {
    file.config[std::string(kOption) + name] = to_text(value);
  }
  file.numbers["num_features"] = std::vector<std::int64_t>{problem.shape().num_features};
  file.numbers["num_outputs"] = std::vector<std::int64_t>{problem.shape().num_outputs};
  file.numbers["num_categories"] = problem.shape().num_categories;
  file.config["edge_kind"] = name_of(problem.shape().edge_kind);
  file.numbers["num_edge_features"] = std::vector<std::int64_t>{problem.shape().num_edge_features};
  file.numbers["num_edge_categories"] = problem.shape().num_edge_categories;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    all += text + '\n';
  }
  return all;
}

std::string seeds_text(const std::vector<std::uint64_t>& seeds) {
  std::string all;
  for (const std::uint64_t seed : seeds) {
    all += std::to_string(seed) + ' ';
  }
  return all;
}

/// The numbers whose names begin with `prefix`, without it.
std::map<std::string, double> metrics_of(const ModelFile& file, const std::string& prefix) {
  std::map<std::string, double> metrics;
  for (auto entry = file.numbers.lower_bound(prefix); entry != file.numbers.end() && entry->first.starts_with(prefix);
       ++entry) {
    const std::vector<double>& figure = file.reals(entry->first);
    require(figure.size() == 1, "resume: ", entry->first, " has ", figure.size(), " numbers, expected 1");
    metrics[entry->first.substr(prefix.size())] = figure[0];
  }
  return metrics;
}

}  // namespace

std::vector<std::int64_t> data_fingerprint(const Problem& problem) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a over 64-bit words
  const auto mix = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3; };
  for (const EdgeId offset : problem.dataset().graph.offsets()) {
    mix(static_cast<std::uint64_t>(offset));
  }
  const CsrGraph& graph = problem.dataset().graph;
  constexpr std::size_t kChunk = 1 << 20;
  for (auto rest = graph.sources(); !rest.empty(); rest = rest.subspan(std::min(kChunk, rest.size()))) {
    for (const NodeId source : rest.first(std::min(kChunk, rest.size()))) {
      mix(source);
    }
    graph.trim();
  }
  for (const std::uint64_t label : problem.label_words()) {
    mix(label);
  }
  for (const std::string& name : problem.job().splits) {
    for (const auto& part : {&Split::train, &Split::val, &Split::test}) {
      for (const std::int64_t node : problem.find_split(name)->*part) {
        mix(static_cast<std::uint64_t>(node));
      }
    }
  }
  return {graph.num_nodes(), graph.num_edges(), static_cast<std::int64_t>(hash)};
}

ModelFile model_file_of(const Problem& problem, const RunResult& result, const std::vector<NamedTensor>& state) {
  ModelFile file;
  put_job(file, problem);
  file.config["split"] = result.split;
  file.config["seed"] = std::to_string(result.seed);
  file.config["class_names"] = joined(problem.dataset().class_names);
  file.numbers["best_epoch"] = std::vector<std::int64_t>{result.best_epoch};
  file.numbers["figures"] = std::vector<double>{result.train, result.val, result.test};
  file.tensors = state;
  return file;
}

ModelFile checkpoint_of(const Problem& problem, std::span<const std::int64_t> data, const JobProgress& progress) {
  ModelFile file;
  put_job(file, problem);
  file.config["splits"] = joined(problem.job().splits);
  file.config["seeds"] = seeds_text(problem.job().seeds);
  file.numbers["data"] = std::vector<std::int64_t>(data.begin(), data.end());
  file.numbers["job"] = std::vector<std::int64_t>{static_cast<std::int64_t>(progress.done.size()),
                                                  static_cast<std::int64_t>(progress.best_run), progress.num_lines};
  for (std::size_t i = 0; i < progress.done.size(); ++i) {
    const RunResult& run = progress.done[i];
    const std::string name = "done." + std::to_string(i);
    file.numbers[name + ".epochs"] = std::vector<std::int64_t>{run.best_epoch, run.epochs};
    file.numbers[name + ".figures"] = std::vector<double>{run.train, run.val, run.test, run.seconds};
    for (const auto& [metric, figure] : run.test_metrics) {
      file.numbers[name + ".metric." + metric] = std::vector<double>{figure};
    }
  }
  return file;
}

JobProgress progress_of(const ModelFile& checkpoint, const Problem& problem, std::span<const std::int64_t> data) {
  const ModelFile expected = checkpoint_of(problem, data, {});
  for (const auto& [key, value] : expected.config) {
    const auto found = checkpoint.config.find(key);
    // More epochs may be asked for, or another time between checkpoints, without changing what was done.
    if (key == "option.checkpoint_seconds") {
      continue;
    }
    require(found != checkpoint.config.end() && found->second == value, "resume: the checkpoint has ", key, " '",
            found == checkpoint.config.end() ? "" : found->second, "', this job '", value, "'");
  }
  require(checkpoint.integers("data") == expected.integers("data"),
          "resume: the checkpoint was made on another dataset or another version of it");
  const std::vector<std::int64_t>& job = checkpoint.integers("job");
  const std::size_t num_runs = problem.job().splits.size() * problem.job().seeds.size();
  require(job.size() == 3 && job[0] >= 0 && job[0] <= static_cast<std::int64_t>(num_runs) && job[1] >= 0 &&
              job[1] <= job[0] && job[2] >= 0,
          "resume: the checkpoint counts ", job.empty() ? -1 : job[0], " runs of ", num_runs);
  JobProgress progress{.done = {}, .best_run = static_cast<std::size_t>(job[1]), .num_lines = job[2]};
  for (std::int64_t i = 0; i < job[0]; ++i) {
    const std::string name = "done." + std::to_string(i);
    const auto& epochs = checkpoint.integers(name + ".epochs");
    const auto& figures = checkpoint.reals(name + ".figures");
    require(epochs.size() == 2 && figures.size() == 4, "resume: ", name, " has ", epochs.size(), " and ",
            figures.size(), " numbers, expected 2 and 4");
    const auto run = static_cast<std::size_t>(i);
    progress.done.push_back({.seed = problem.job().seeds[run % problem.job().seeds.size()],
                             .split = problem.job().splits[run / problem.job().seeds.size()],
                             .train = figures[0],
                             .val = figures[1],
                             .test = figures[2],
                             .best_epoch = epochs[0],
                             .epochs = epochs[1],
                             .seconds = figures[3],
                             .test_metrics = metrics_of(checkpoint, name + ".metric.")});
  }
  return progress;
}

}  // namespace weft
