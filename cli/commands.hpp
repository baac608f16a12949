// The commands. Each is a thin call into the library: it adds its flags to the command line and returns
// what runs if it is the chosen one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

namespace weft::cli {

/// Throws on failure; main turns the kind of the exception into the exit code.
using Work = std::function<void()>;

/// What every command understands.
struct SharedFlags {
  bool json = false;
  bool quiet = false;
  /// Read files in this process at once, without the rehearsal in a child.
  bool trust = false;
  int threads = 0;
};
/// The flags above, and `text` at the end of the help.
void add_shared_flags(CLI::App& command, SharedFlags& flags, const std::string& text);

/// Refuses text that is no whole number from 0 to 2^64 - 1; CLI11 itself would take -1 for the largest.
CLI::Validator whole_seed();

/// Refuses text that is none of these names, with the nearest: "there is no kind 'rmta'; did you mean 'rmat'?".
CLI::Validator one_of(const std::string& what, std::vector<std::string> names);

Work add_info_command(CLI::App& app);
Work add_import_command(CLI::App& app);
Work add_synth_command(CLI::App& app);
Work add_train_command(CLI::App& app);
Work add_evaluate_command(CLI::App& app);
Work add_predict_command(CLI::App& app);
Work add_generate_command(CLI::App& app);
Work add_report_command(CLI::App& app);
Work add_models_command(CLI::App& app);
Work add_options_command(CLI::App& app);
Work add_datasets_command(CLI::App& app);

}  // namespace weft::cli
