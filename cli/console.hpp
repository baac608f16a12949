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

/// A line on standard error, unless quiet.
void say(bool quiet, std::string_view text);

/// `text` on one line, control characters as spaces.
[[nodiscard]] std::string one_line(std::string_view text);

/// Rows of name and value as lines, values aligned.
[[nodiscard]] std::string aligned(const std::vector<std::pair<std::string, std::string>>& rows);

/// The most memory this process has held, in bytes.
[[nodiscard]] std::int64_t peak_rss_bytes();

}  // namespace weft::cli
