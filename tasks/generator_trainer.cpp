#include "weft/tasks/generator_trainer.hpp"

#include <string>

#include "weft/core/error.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/generation_run.hpp"
#include "weft/tasks/graph_generator.hpp"
#include "weft/runs/run_log.hpp"

namespace weft {
namespace {

/// Keeps the run folder in step with a run.
class Job {
 public:
  Job(const Dataset& dataset, const TrainJob& job, const TrainObserver& observer)
      : problem_(dataset, job), job_(job), observer_(observer), run_(problem_) {}

  TrainReport run() {
    std::int64_t num_lines = 0;
    if (job_.resume) {
      num_lines = resume();
    }
    if (!job_.folder.empty()) {
      std::filesystem::create_directories(job_.folder);
      log_ = RunLog(job_.folder / "metrics.jsonl", num_lines);
    }
    while (!run_.is_done() && !stopped_) {
      if (run_.advance()) {
        end_epoch();
      }
      stopped_ = (observer_.should_stop && observer_.should_stop()) ||
                 (job_.max_minutes > 0.0 && since_start_.seconds() > 60.0 * job_.max_minutes);
      if (stopped_ || since_checkpoint_.seconds() >= job_.options.real("checkpoint_seconds")) {
        write_checkpoint();
      }
    }
    write_checkpoint();
    const RunResult result = run_.finish();
    if (!job_.folder.empty()) {
      write_model(result);
    }
    TrainReport report;
    report.metric = "nll";
    report.runs = {result};
    report.interrupted = stopped_ && !run_.is_done();
    report.num_parameters = run_.num_parameters();
    report.train_seconds = since_start_.seconds();
    report.num_epochs = run_.num_epochs();
    return report;
  }

 private:
  void end_epoch() {
    EpochRecord record = run_.record();
    record.num_runs = 1;
    log_.add(record);
    if (observer_.on_epoch) {
      observer_.on_epoch(record);
    }
  }

  /// What a checkpoint must agree with: the job and the data.
  [[nodiscard]] ModelFile identity() const {
    ModelFile file;
    put_traits(problem_.traits, file);
    file.config["split"] = job_.splits[0];
    file.config["seed"] = std::to_string(job_.seeds[0]);
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a over 64-bit words
    const auto mix = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3; };
    for (const auto* part : {&problem_.train, &problem_.val}) {
      for (const std::int64_t g : *part) {
        const TypedGraph& graph = problem_.corpus.graphs[static_cast<std::size_t>(g)];
        mix(static_cast<std::uint64_t>(g) << 32 | static_cast<std::uint64_t>(graph.num_nodes()));
        for (const TypedEdge& edge : graph.edges) {
          mix(std::uint64_t{edge.a} << 40 ^ std::uint64_t{edge.b} << 8 ^ static_cast<std::uint64_t>(edge.label));
        }
        for (const std::int32_t type : graph.types) {
          mix(static_cast<std::uint64_t>(type));
        }
      }
    }
    file.numbers["data"] = std::vector<std::int64_t>{static_cast<std::int64_t>(hash)};
    return file;
  }

  void write_checkpoint() {
    since_checkpoint_.restart();
    if (job_.folder.empty()) {
      return;
    }
    ModelFile checkpoint = identity();
    checkpoint.numbers["lines"] = std::vector<std::int64_t>{log_.num_lines()};
    run_.save(checkpoint);
    write_model_file(checkpoint, job_.folder / "checkpoint.h5", kCheckpointFormat);
  }

  void write_model(const RunResult& result) const {
    ModelFile file;
    put_traits(problem_.traits, file);
    file.config["split"] = result.split;
    file.config["seed"] = std::to_string(result.seed);
    file.config["metric"] = "nll";
    file.numbers["best_epoch"] = std::vector<std::int64_t>{result.best_epoch};
    file.numbers["figures"] = std::vector<double>{result.train, result.val, result.test};
    file.tensors = run_.best_state();
    write_model_file(file, job_.folder / "model.h5");
  }

  /// The number of lines of metrics.jsonl that count.
  std::int64_t resume() {
    require(!job_.folder.empty(), "train: resume needs the folder of the run to go on with");
    const auto path = job_.folder / "checkpoint.h5";
    if (!std::filesystem::exists(path)) {
      return 0;
    }
    const ModelFile checkpoint = read_model_file(path, kCheckpointFormat), expected = identity();
    for (const auto& [key, value] : expected.config) {
      const auto found = checkpoint.config.find(key);
      const std::string has = found == checkpoint.config.end() ? "" : found->second;
      require(key == "option.checkpoint_seconds" || has == value, "resume: the checkpoint has ", key, " '", has,
              "', this job '", value, "'");
    }
    require(checkpoint.integers("data") == expected.integers("data") &&
                checkpoint.integers("vocabulary") == expected.integers("vocabulary"),
            "resume: the checkpoint was made on another dataset or another version of it");
    run_.restore(checkpoint);
    return checkpoint.integers("lines").at(0);
  }

  GenerationProblem problem_;
  const TrainJob& job_;
  const TrainObserver& observer_;
  GenerationRun run_;
  RunLog log_;
  bool stopped_ = false;
  Stopwatch since_start_, since_checkpoint_;
};

}  // namespace

TrainReport train_generator(const Dataset& dataset, const TrainJob& job, const TrainObserver& observer) {
  return Job(dataset, job, observer).run();
}

}  // namespace weft
