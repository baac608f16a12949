// Options of the library's tables as text and as JSON, for the commands that show them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/cli/console.hpp"
#include "weft/core/options.hpp"

namespace weft::cli {

using OverriddenDefaults = std::span<const std::pair<std::string_view, OptionValue>>;

/// What values an option takes: "0 to 1", "sum, mean", "true, false", "any number".
[[nodiscard]] std::string range_text(const Option& option);

/// A line each: "name = default  what it is for (range)".
[[nodiscard]] std::string options_text(std::span<const Option> options);
/// "  WHEN: name = value, …", or nothing.
[[nodiscard]] std::string overrides_text(std::string_view when, OverriddenDefaults overrides);

/// Of every option of every model, of training and of tasks.
[[nodiscard]] std::vector<std::string> option_names();

[[nodiscard]] Json options_json(std::span<const Option> options);
[[nodiscard]] Json overrides_json(OverriddenDefaults overrides);

}  // namespace weft::cli
