// What a command line is told whose words CLI11 does not know: the word, and the nearest one that there is.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace weft::cli {

/// The words with --help where that is meant: of a command line that ends where a command, or one of its kinds, should
/// follow (`weft`, `weft import`), and of `help train`, which is `train --help`.
[[nodiscard]] std::vector<std::string> with_help(const CLI::App& app, std::vector<std::string> words);

/// "there is no command 'trian'; did you mean `weft train`?", or of a kind, as a format is, or of a flag. Empty if
/// every word that should name one does.
[[nodiscard]] std::string wrong_word(const CLI::App& app, std::span<const std::string> words);

/// What else may help: where to read on.
[[nodiscard]] std::string where_help_is(const CLI::App& app, std::span<const std::string> words);

}  // namespace weft::cli
