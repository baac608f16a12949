#include <CLI/CLI.hpp>

#include "weft/cli/commands.hpp"

namespace weft::cli {

void add_shared_flags(CLI::App& command, SharedFlags& flags, const std::string& text) {
  command.add_flag("--json", flags.json, "standard output is exactly one JSON object");
  command.add_flag("-q,--quiet", flags.quiet, "no messages and no progress on standard error");
  command.add_option("--threads", flags.threads, "threads to use; 0: all that the machine gives")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_flag("--trust", flags.trust,
                   "read input files in this process at once; without it a child process reads them first, so that a "
                   "damaged file cannot take the command down");
  command.footer(text);
}

}  // namespace weft::cli
