// The command line as a whole: all commands, and what becomes of what they throw.
#pragma once

#include <vector>

#include <CLI/App.hpp>

#include "weft/cli/commands.hpp"

namespace weft::cli {

inline constexpr const char* kSummary = "Weft: linear-complexity graph learning on CPUs.";

/// Adds every command to the command line, in the order of the help, and returns what each does.
std::vector<Work> add_commands(CLI::App& app);

/// Runs one command, and turns what it throws into an exit code and one line on standard error. Nothing else in the
/// command catches to report.
#pragma GCC visibility push(default)
int run_command_line(int argc, char** argv);
#pragma GCC visibility pop

}  // namespace weft::cli
