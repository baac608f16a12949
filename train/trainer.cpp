#include "weft/train/trainer.hpp"

#include <cmath>
#include <memory>
#include <optional>

#include "weft/core/stop.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/train/checkpoint.hpp"
#include "weft/train/run_store.hpp"
#include "weft/train/training_run.hpp"

namespace weft {
namespace {

/// Runs the pairs of split and seed one after the other, and keeps the store in step.
class Trainer {
 public:
  Trainer(const Task& task, const TrainJob& job, const TrainObserver& observer, RunStore* store)
      : task_(task), job_(job), observer_(observer), store_(store), options_(train_options_of(job.options)) {
    require(!job.splits.empty() && !job.seeds.empty(), "train: there are ", job.splits.size(), " splits and ",
            job.seeds.size(), " seeds, expected at least one of each");
    require(job.max_minutes >= 0.0, "train: max_minutes is ", job.max_minutes, ", expected 0 or more");
    for (const std::string& split : job.splits) {
      require(task.find_split(split) != nullptr, "train: the dataset has no split '", split, "'");
    }
  }

  TrainReport run() {
    if (store_ != nullptr) {
      data_ = data_fingerprint(task_, job_);
    }
    std::optional<ModelFile> unfinished = job_.resume ? read_checkpoint() : std::nullopt;
    if (store_ != nullptr) {
      store_->start_log(progress_.num_records);
    }
    bool is_interrupted = false;
    while (!is_interrupted && progress_.done.size() < num_runs()) {
      const bool is_done = run_one(unfinished);
      is_interrupted = !is_done || (stopped_ && progress_.done.size() < num_runs());
      unfinished.reset();
    }
    if (num_parameters_ == 0 && !is_interrupted) {
      // All runs were done before.
      num_parameters_ = num_parameters(*task_.new_model(*task_.find_split(job_.splits[0]), Random(0)));
    }
    double seconds = 0.0;
    for (const RunResult& run : progress_.done) {
      seconds += run.seconds;
    }
    return {.metric = task_.metric(),
            .higher_is_better = task_.higher_is_better(),
            .runs = std::move(progress_.done),
            .best_run = progress_.best_run,
            .interrupted = is_interrupted,
            .num_parameters = num_parameters_,
            .train_seconds = seconds,
            .num_epochs = num_epochs_,
            .times = times_};
  }

 private:
  [[nodiscard]] std::size_t num_runs() const { return job_.splits.size() * job_.seeds.size(); }

  /// The checkpoint of a run that is not done, or nothing.
  std::optional<ModelFile> read_checkpoint() {
    require(store_ != nullptr, "train: resume needs the folder of the run to go on with");
    std::optional<ModelFile> checkpoint = store_->read_checkpoint();
    if (!checkpoint) {
      return std::nullopt;
    }
    const ModelFile expected = checkpoint_of(task_, job_, data_, {});
    if (!is_of_former_generators(*checkpoint)) {
      reading(checkpoint_name(), [&] { require_sound_settings(*checkpoint, expected, job_.options); });
    }
    require_same_job(*checkpoint, expected);
    progress_ = progress_in(*checkpoint, checkpoint_name());
    return checkpoint->numbers.contains("run.epochs") ? std::move(checkpoint) : std::nullopt;
  }

  /// In errors.
  [[nodiscard]] std::string checkpoint_name() const { return "the checkpoint of " + job_.folder.string(); }

  [[nodiscard]] TrainingRun run_of(std::size_t number) const {
    const Split& split = *task_.find_split(job_.splits[number / job_.seeds.size()]);
    return {task_, options_, split, job_.seeds[number % job_.seeds.size()]};
  }

  /// False if it was stopped before its end.
  bool run_one(const std::optional<ModelFile>& unfinished) {
    const std::size_t number = progress_.done.size();
    std::optional<TrainingRun> run;
    // The checkpoint on disk is as good as the run until this goes on from it.
    bool is_saved = unfinished.has_value();
    try {
      const StopScope scope(observer_.give_up);
      run.emplace(run_of(number));
      num_parameters_ = run->num_parameters();
      if (unfinished) {
        reading(checkpoint_name(), [&] { run->restore(*unfinished); });
      }
      is_saved = false;
      go_on(*run, number);
      times_ += run->times();
      // Where it was stopped before its end; to judge it puts the best weights in the place of the last.
      is_saved = !run->is_done();
      const RunResult result = run->finish();
      const StopScope to_the_end(nullptr);
      keep(*run, result);
      return run->is_done();
    } catch (const Stopped&) {
      stopped_ = true;
    }
    if (run && !is_saved) {
      write_checkpoint(&*run);
    }
    return false;
  }

  void go_on(TrainingRun& run, std::size_t number) {
    while (!run.is_done() && !stopped_) {
      const bool is_whole = run.advance([&] {
        stopped_ = wants_stop();
        return stopped_ || is_checkpoint_due();
      });
      if (!is_whole) {
        // In the midst of an epoch, which may take hours.
        write_checkpoint(&run);
        continue;
      }
      ++num_epochs_;
      tell(run.record(), number);
      stopped_ = wants_stop();
      if (stopped_ || since_checkpoint_.seconds() >= options_.checkpoint_seconds) {
        write_checkpoint(&run);
      }
    }
  }

  void tell(EpochRecord record, std::size_t number) {
    record.run = static_cast<std::int64_t>(number);
    record.num_runs = static_cast<std::int64_t>(num_runs());
    ++progress_.num_records;
    if (store_ != nullptr) {
      store_->log(record);
    }
    if (observer_.on_epoch) {
      observer_.on_epoch(record);
    }
  }

  /// Never within an epoch where every epoch writes one.
  [[nodiscard]] bool is_checkpoint_due() const {
    return store_ != nullptr && options_.checkpoint_seconds > 0.0 &&
           since_checkpoint_.seconds() >= options_.checkpoint_seconds;
  }

  [[nodiscard]] bool wants_stop() const {
    return (observer_.should_stop && observer_.should_stop()) ||
           (job_.max_minutes > 0.0 && since_start_.seconds() > 60.0 * job_.max_minutes);
  }

  /// A run that was stopped counts with what it has reached; the checkpoint, written before, goes on from there. It
  /// does not take the place of the model of a run that is done: it may end up worse.
  void keep(const TrainingRun& run, const RunResult& result) {
    const std::size_t number = progress_.done.size();
    const double sign = task_.higher_is_better() ? 1.0 : -1.0;
    const double best = number == 0 ? Figures::kUnknown : progress_.done[progress_.best_run].val;
    const bool is_better = std::isnan(best) || sign * result.val > sign * best;
    progress_.done.push_back(result);
    if (number == 0 || (is_better && run.is_done())) {
      progress_.best_run = number;
      if (store_ != nullptr) {
        store_->write_model(model_file_of(task_, job_, result, run));
      }
    }
    if (run.is_done()) {
      write_checkpoint(nullptr);
    }
  }

  void write_checkpoint(const TrainingRun* run) {
    since_checkpoint_.restart();
    if (store_ == nullptr) {
      return;
    }
    const StopScope to_the_end(nullptr);
    ModelFile checkpoint = checkpoint_of(task_, job_, data_, progress_);
    if (run != nullptr) {
      run->save(checkpoint);
    }
    store_->write_checkpoint(checkpoint);
  }

  const Task& task_;
  const TrainJob& job_;
  const TrainObserver& observer_;
  RunStore* store_;
  TrainOptions options_;
  JobProgress progress_;
  /// Where the job is kept.
  DataFingerprint data_;
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

TrainReport train(const Task& task, const TrainJob& job, const TrainObserver& observer, RunStore* store) {
  return Trainer(task, job, observer, store).run();
}

}  // namespace weft
