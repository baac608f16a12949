// What decides a training run: set from C++, read from TOML and from --set, written to a run folder so that the run can
// be repeated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/train_options.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Flat keys. `dataset`, `model`, `task`, `split` (one or an array), `protocol`, `seed` and `runs` are the run's; any
/// other is an option of training, of the task or of the model.
struct RunConfig {
  /// The path of a dataset file.
  std::string dataset = {};
  /// Empty: weft, or the one that the task has.
  std::string model = {};
  /// One of those that can be asked for (tasks()), or empty: what the dataset says it is for.
  std::string task = {};
  /// Names, patterns or "all"; empty: see matching_splits().
  std::vector<std::string> splits = {};
  /// Of cross-validation over graphs: "gin", "fair" or, without one, empty.
  std::string protocol = {};
  std::uint64_t seed = 0;
  /// So many runs for each split, with seeds one apart.
  std::int64_t runs = 1;
  /// Of the model and of training, as structs: StackOptions{.hidden = 128}. What differs from their defaults counts; a
  /// member that equals its default is as if not set, also where the row of the model has another: `settings` says it.
  std::optional<ModelOptions> options = {};
  std::optional<TrainOptions> training = {};
  /// Of any of them, name and value as text, which win over the structs; later ones win.
  std::vector<std::pair<std::string, std::string>> settings = {};

  // How the run is carried out; not what it is.

  /// The run folder; empty: nothing is kept.
  std::filesystem::path folder = {};
  /// Go on from the folder's checkpoint, if there is one.
  bool resume = false;
  /// A folder that holds another run is an error, and the run there is not replaced.
  bool keeps_former = false;
  /// "4G": keep to so much memory; empty: read everything.
  std::string memory_limit = {};
  /// Train on samples drawn by the sampler that suits the model, where none is named.
  bool on_samples = false;
  /// Stop with a checkpoint after so much time; 0: no limit.
  double max_minutes = 0.0;

  /// Throws ArgumentError if `text` is no value for `key`. Whether an option exists is only known with the model:
  /// options_of() says.
  void set(const std::string& key, const std::string& text);
  /// "key=value".
  void set(const std::string& assignment);

  /// Throws ArgumentError for a task or protocol that there is none of, and for numbers out of their range. Options are
  /// left to check_options().
  void check() const;
};

/// The model that the config names, or else the one that the task has, or else the default. Throws ArgumentError if
/// there is no such model, or if it does not learn the task.
[[nodiscard]] std::string model_of(const RunConfig& config, const TaskInfo& task);

/// The same with model and settings in place of the structs.
[[nodiscard]] RunConfig with_settings(RunConfig config);

/// Whether a model is that of one task alone, as the one that makes graphs is.
[[nodiscard]] bool is_model_of_one_task(std::string_view model);

/// Throws ArgumentError for a key that no task has which the config may be of, or a value out of place.
void check_options(const RunConfig& config);

/// Sets what the file says. Throws DataError if it cannot be read or is not TOML, ArgumentError naming the file for a
/// key or value that makes no sense.
void read_run_config(const std::filesystem::path& path, RunConfig& config);

/// What is needed to read options by names that they had before.
struct FormerNames {
  /// Of the whole training, where it is known.
  std::int64_t num_steps = 0;
  /// Told the new names.
  std::function<void(const std::string&)> on_message = {};
};

/// The model's defaults for such data, changed as the config says. Throws ArgumentError for keys that are neither;
/// names the nearest one.
[[nodiscard]] Options options_of(const RunConfig& config, const TaskInfo& task, LabelAmount amount = LabelAmount::few,
                                 const FormerNames& former_names = {});

/// As TOML that read_run_config() reads back to the same run. `options`: all of them, with their values.
[[nodiscard]] std::string run_config_text(const RunConfig& config, const Options& options);

}  // namespace weft
#pragma GCC visibility pop
