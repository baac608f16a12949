// What decides a training run: read from TOML and from --set, written to a run folder so that the run can
// be repeated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/train/trainer.hpp"

namespace weft::cli {

/// Flat keys. `dataset`, `model`, `task`, `split` (one or an array), `protocol`, `seed` and `runs` are the run's; any
/// other is an option of training or of the model.
struct RunConfig {
  std::string dataset;
  std::string model;
  /// "generation", "link_prediction" or, where the dataset says what it is for, empty.
  std::string task;
  std::vector<std::string> splits;
  /// Of cross-validation over graphs: "gin", "fair" or, without one, empty.
  std::string protocol;
  std::uint64_t seed = 0;
  std::int64_t runs = 1;
  /// Later ones win.
  std::vector<std::pair<std::string, std::string>> options;

  /// Throws ArgumentError if `text` is no value for `key`. Whether an option exists is only known with
  /// the model: options_of() says.
  void set(const std::string& key, const std::string& text);
  /// "key=value".
  void set(const std::string& assignment);
};

/// Throws ArgumentError for a key that no task has, or a value out of place.
void check_options(const RunConfig& config);

/// Sets what the file says. Throws DataError if it cannot be read or is not TOML, ArgumentError naming the
/// file for a key or value that makes no sense.
void read_run_config(const std::filesystem::path& path, RunConfig& config);

/// The model's defaults for such data, changed as the config says. Throws ArgumentError for keys that are neither;
/// names the nearest one.
[[nodiscard]] Options options_of(const RunConfig& config, LabelBudget budget);

/// As TOML that read_run_config() reads back to the same run. `options`: all of them, with their values.
[[nodiscard]] std::string run_config_text(const RunConfig& config, const Options& options);

}  // namespace weft::cli
