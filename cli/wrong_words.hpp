// What a command line is told whose words CLI11 does not know: the word, and the nearest one that there is.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace weft::cli {

/// The command whose help answers a command line that ends where a command, or one of its kinds, should follow; null if
/// it goes on. `weft`, `weft import`.
[[nodiscard]] const CLI::App* command_left_open(const CLI::App& app, std::span<const std::string> words);

/// `help train` and `help` as `train --help` and `--help`; other words as they are.
[[nodiscard]] std::vector<std::string> help_as_flag(std::vector<std::string> words);

/// "there is no command 'trian'; did you mean `weft train`?", or of a kind, as a format is, or of a flag. Empty if
/// every word that should name one does.
[[nodiscard]] std::string wrong_word(const CLI::App& app, std::span<const std::string> words);

/// What else may help: where to read on.
[[nodiscard]] std::string where_help_is(const CLI::App& app, std::span<const std::string> words);

}  // namespace weft::cli
