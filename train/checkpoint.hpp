// Model files and checkpoints of training: what is written, and what is checked when it is read again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/model_file.hpp"
#include "weft/train/task.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

class TrainingRun;

/// What a model file's keys of options begin with.
inline constexpr std::string_view kOptionPrefix = "option.";

/// The model as it is saved for prediction: best weights, options, what the task says of itself.
[[nodiscard]] ModelFile model_file_of(const Task& task, const TrainJob& job, const RunResult& result,
                                      const TrainingRun& run);

/// Where a job stands between two epochs: the runs that are done, and the one that is not.
struct JobProgress {
  std::vector<RunResult> done;
  std::size_t best_run = 0;
  /// Records in the log of epochs.
  std::int64_t num_records = 0;
};

/// Numbers that differ if the data differ in anything that training reads.
struct DataFingerprint {
  /// All but the values of features, and those.
  std::vector<std::int64_t> data, features;
};
/// Reads every edge.
[[nodiscard]] DataFingerprint data_fingerprint(const Task& task, const TrainJob& job);

/// Job, data and progress; the current run adds its own part.
[[nodiscard]] ModelFile checkpoint_of(const Task& task, const TrainJob& job, const DataFingerprint& data,
                                      const JobProgress& progress);

/// Whether a checkpoint says which runs of its job are done. Those of generators did not, before generators were
/// trained by the one loop of all tasks.
[[nodiscard]] bool counts_runs(const ModelFile& checkpoint);
[[nodiscard]] bool is_of_former_generators(const ModelFile& checkpoint);

/// Throws ArgumentError naming the difference if the checkpoint was made by another job, for other data, or by a Weft
/// that trained otherwise. `expected`: what checkpoint_of() gives for this job before its first step.
void require_same_job(const ModelFile& checkpoint, const ModelFile& expected);
/// Throws ArgumentError unless a checkpoint that counts runs says all that those of any job say, each option a value
/// that it can have: what does not is no checkpoint of another job but a broken one.
void require_sound_settings(const ModelFile& checkpoint, const ModelFile& expected, const Options& options);
/// The reverse of checkpoint_of(). Throws DataError, which names the file `name`, if it says nothing sound.
[[nodiscard]] JobProgress progress_in(const ModelFile& checkpoint, const std::string& name);

/// A seed as a file spells it. Throws ArgumentError if it is none.
[[nodiscard]] std::uint64_t seed_of(const std::string& text);

/// Whether a number from a file can count epochs, steps or records: far more than anybody trains, few enough that
/// nothing overflows.
[[nodiscard]] constexpr bool is_count(std::int64_t number) {
  return number >= 0 && number <= std::int64_t{1} << 40;
}

/// Runs `read`; an ArgumentError that it throws becomes a DataError: what the file `name` says makes no sense.
template <class Read>
decltype(auto) reading(const std::string& name, Read&& read) {
  try {
    return read();
  } catch (const ArgumentError& error) {
    // A configuration names its file itself.
    const std::string problem = error.what(), file = name + ": ";
    throw DataError(name, "", problem.starts_with(file) ? problem.substr(file.size()) : problem);
  }
}

}  // namespace weft
