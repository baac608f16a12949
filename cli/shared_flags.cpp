#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "weft/cli/commands.hpp"
#include "weft/core/options.hpp"

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

CLI::Validator whole_seed() {
  return {[](std::string& text) {
            std::uint64_t value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool whole = error == std::errc() && end == text.data() + text.size();
            return whole ? std::string() : "'" + text + "' is not a whole number from 0 to 18446744073709551615";
          },
          "SEED"};
}

CLI::Validator one_of(const std::string& what, std::vector<std::string> names) {
  return {[what, names](std::string& text) {
            if (std::ranges::find(names, text) != names.end()) {
              return std::string();
            }
            std::string all;
            for (const std::string& name : names) {
              all += (all.empty() ? "" : ", ") + name;
            }
            return std::string(unknown_name(what, text, names, "").what()) + " (" + all + ")";
          },
          ""};
}

}  // namespace weft::cli
