// What there is to type after `weft`, read from the command line itself: for its manual and for shells.
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace weft::cli {

/// A flag, or what stands at a place (a positional).
struct WordInfo {
  /// "-o" and "--output"; of a positional its name, "DATA".
  std::vector<std::string> names;
  std::string help;
  /// What follows the flag, "TEXT"; empty where nothing does.
  std::string value;
  /// "1 to 64", or nothing.
  std::string range;
  std::string fallback;
  /// All that it can be, where that is known; with a "=" at the end where more has to follow.
  std::vector<std::string> choices;
  bool is_required = false;
  /// Takes several values, one behind the other or by being repeated.
  bool is_list = false;
};

struct CommandInfo {
  /// "weft import edgelist".
  std::string way;
  std::string help, footer;
  std::vector<WordInfo> flags, positionals;
  /// The last words of their ways.
  std::vector<std::string> commands;
  /// Takes the flags of the command that it stands in, too.
  bool takes_outer_flags = false;
};

/// The app itself and every command in it, each before those that stand in it.
[[nodiscard]] std::vector<CommandInfo> all_commands(const CLI::App& app);

/// weft.1, as groff's man macros have it; `version` is what its foot says.
[[nodiscard]] std::string manual_page(const std::vector<CommandInfo>& commands, const std::string& version);

/// What bash, and zsh, read to complete words after `weft`.
[[nodiscard]] std::string bash_completion(const std::vector<CommandInfo>& commands);
[[nodiscard]] std::string zsh_completion(const std::vector<CommandInfo>& commands);

}  // namespace weft::cli
