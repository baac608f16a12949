#include "weft/train/trainer.hpp"

#include <cmath>
#include <memory>
#include <optional>

#include "weft/core/stopwatch.hpp"
#include "weft/tasks/problem.hpp"
#include "weft/train/run_checkpoint.hpp"
#include "weft/runs/run_log.hpp"
#include "weft/train/training_run.hpp"

namespace weft {
namespace {

/// Runs the pairs of split and seed one after the other, and keeps the run folder in step.
class Job {
 public:
  Job(const Dataset& dataset, const TrainJob& job, const TrainObserver& observer)
      : problem_(make_problem(dataset, job)), job_(job), observer_(observer) {
    require(!job.splits.empty() && !job.seeds.empty(), "train: there are ", job.splits.size(), " splits and ",
            job.seeds.size(), " seeds, expected at least one of each");
    for (const std::string& split : job.splits) {
      require(problem_->find_split(split) != nullptr, "train: the dataset ", dataset.name, " has no split '", split,
              "'");
    }
  }

  TrainReport run() {
    if (!job_.folder.empty()) {
      data_ = data_fingerprint(*problem_);
    }
    std::optional<ModelFile> unfinished = job_.resume ? read_checkpoint() : std::nullopt;
    if (!job_.folder.empty()) {
      std::filesystem::create_directories(job_.folder);
      log_ = RunLog(job_.folder / "metrics.jsonl", progress_.num_lines);
    }
    num_parameters_ = num_parameters(*problem_->new_model(Random(0)));
    TrainReport report;
    report.metric = problem_->metric();
    report.higher_is_better = problem_->higher_is_better();
    while (progress_.done.size() < num_runs() && !stopped_) {
      run_one(unfinished);
      unfinished.reset();
    }
    report.runs = std::move(progress_.done);
    report.best_run = progress_.best_run;
    report.interrupted = stopped_;
    report.num_parameters = num_parameters_;
    report.train_seconds = since_start_.seconds();
    report.num_epochs = num_epochs_;
    report.times = times_;
    return report;
  }

 private:
  [[nodiscard]] std::size_t num_runs() const { return job_.splits.size() * job_.seeds.size(); }

  std::optional<ModelFile> read_checkpoint() {
    const auto path = job_.folder / "checkpoint.h5";
    require(!job_.folder.empty(), "train: resume needs the folder of the run to go on with");
    if (!std::filesystem::exists(path)) {
      return std::nullopt;
    }
    ModelFile checkpoint = read_model_file(path, kCheckpointFormat);
    progress_ = progress_of(checkpoint, *problem_, data_);
    if (checkpoint.numbers.contains("run.epochs")) {
      return checkpoint;
    }
    return std::nullopt;
  }

  void run_one(const std::optional<ModelFile>& unfinished) {
    const std::size_t number = progress_.done.size();
    const Split& split = *problem_->find_split(job_.splits[number / job_.seeds.size()]);
    TrainingRun run(*problem_, split, job_.seeds[number % job_.seeds.size()]);
    if (unfinished) {
      run.restore(*unfinished);
    }
    while (!run.is_done() && !stopped_) {
      const auto pauses = [&] {
        stopped_ = wants_stop();
        return stopped_ || is_checkpoint_due();
      };
      if (!run.advance(pauses)) {
        // In the midst of an epoch, which may take hours.
        write_checkpoint(&run);
        continue;
      }
      ++num_epochs_;
      EpochRecord record = run.record();
      record.run = static_cast<std::int64_t>(number);
      record.num_runs = static_cast<std::int64_t>(num_runs());
      log_.add(record);
      if (observer_.on_epoch) {
        observer_.on_epoch(record);
      }
      stopped_ = wants_stop();
      if (stopped_ || since_checkpoint_.seconds() >= job_.options.real("checkpoint_seconds")) {
        write_checkpoint(&run);
      }
    }
    times_ += run.times();
    finish(run);
  }

  /// Never within an epoch where every epoch writes one.
  [[nodiscard]] bool is_checkpoint_due() const {
    const double every = job_.options.real("checkpoint_seconds");
    return !job_.folder.empty() && every > 0.0 && since_checkpoint_.seconds() >= every;
  }

  [[nodiscard]] bool wants_stop() const {
    return (observer_.should_stop && observer_.should_stop()) ||
           (job_.max_minutes > 0.0 && since_start_.seconds() > 60.0 * job_.max_minutes);
  }

  /// A run that was stopped counts with what it has reached; the checkpoint, written before, goes on from there.
  void finish(TrainingRun& run) {
    const RunResult result = run.finish();
    const std::size_t number = progress_.done.size();
    const double sign = problem_->higher_is_better() ? 1.0 : -1.0;
    const bool is_best = number == 0 || !(sign * result.val <= sign * progress_.done[progress_.best_run].val);
    progress_.done.push_back(result);
    if (is_best) {
      progress_.best_run = number;
      if (!job_.folder.empty()) {
        write_model_file(model_file_of(*problem_, result, run.best_state()), job_.folder / "model.h5");
      }
    }
    if (!stopped_) {
      write_checkpoint(nullptr);
    }
  }

  void write_checkpoint(const TrainingRun* run) {
    since_checkpoint_.restart();
    if (job_.folder.empty()) {
      return;
    }
    progress_.num_lines = log_.num_lines();
    ModelFile checkpoint = checkpoint_of(*problem_, data_, progress_);
    if (run != nullptr) {
      run->save(checkpoint);
    }
    write_model_file(checkpoint, job_.folder / "checkpoint.h5", kCheckpointFormat);
  }

  std::unique_ptr<const Problem> problem_;
  const TrainJob& job_;
  const TrainObserver& observer_;
  JobProgress progress_;
  /// The data's fingerprint, where checkpoints are written.
  std::vector<std::int64_t> data_;
  RunLog log_;
  bool stopped_ = false;
  std::int64_t num_parameters_ = 0, num_epochs_ = 0;
  StageTimes times_;
  Stopwatch since_start_, since_checkpoint_;
};

}  // namespace

double TrainReport::mean(double RunResult::*figure) const {
  double total = 0.0;
  for (const RunResult& run : runs) {
    total += run.*figure;
  }
  return runs.empty() ? 0.0 : total / static_cast<double>(runs.size());
}

double TrainReport::deviation(double RunResult::*figure) const {
  if (runs.size() < 2) {
    return 0.0;
  }
  const double center = mean(figure);
  double squares = 0.0;
  for (const RunResult& run : runs) {
    squares += (run.*figure - center) * (run.*figure - center);
  }
  return std::sqrt(squares / static_cast<double>(runs.size() - 1));
}

TrainReport train(const Dataset& dataset, const TrainJob& job, const TrainObserver& observer) {
  return Job(dataset, job, observer).run();
}

}  // namespace weft
