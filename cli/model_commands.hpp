// Commands that take a trained model to where it is used (commands.hpp has the others).
#pragma once

#include "weft/cli/commands.hpp"

namespace weft::cli {

Work add_export_command(CLI::App& app);
Work add_score_command(CLI::App& app);
Work add_serve_command(CLI::App& app);

}  // namespace weft::cli
