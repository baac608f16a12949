// Where text goes: results on standard output, everything else on standard error. A result that cannot be
// written is a failure, not a loss.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "weft/core/error.hpp"
#include "weft/core/stopwatch.hpp"

namespace weft::cli {

/// Keeps the order in which keys were written.
using Json = nlohmann::ordered_json;

/// To standard output; throws OutputError if it does not take all of it.
void print(std::string_view text);
void print_json(const Json& object);

/// A message_line() on standard error, unless quiet.
void say(bool quiet, std::string_view text);

void say_all(bool quiet, const std::vector<std::string>& texts);

/// `text` on one line, as a terminal shows it and cannot be told anything by it: characters that control, or turn the
/// direction of writing, and bytes that are no UTF-8 as escapes, \x1b.
[[nodiscard]] std::string one_line(std::string_view text);

/// one_line() of a message for people: names of files' and users' making, and lists of them, that are too long to be
/// read are cut in their midst, "aaa…zzz".
[[nodiscard]] std::string message_line(std::string_view text);

/// Rows of name and value as lines, values aligned.
[[nodiscard]] std::string aligned(const std::vector<std::pair<std::string, std::string>>& rows);

/// The most memory this process has held, in bytes.
[[nodiscard]] std::int64_t peak_rss_bytes();

}  // namespace weft::cli
