// What a cell of a table says, by the kind of its column. Private.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {

/// Numbers; texts of which there are few; yes or no; days; texts of words.
enum class ColumnKind { number, category, flag, date, text };
template <>
inline constexpr std::array<std::string_view, 5> kEnumNames<ColumnKind> = {"number", "category", "flag", "date",
                                                                           "text"};

/// 1 for true, yes, t and y, 0 for false, no, f and n, in letters of any size; nothing for other texts.
[[nodiscard]] std::optional<double> flag_value(std::string_view text);

/// Days since 1970-01-01 of YYYY-MM-DD, YYYY/MM/DD or DD.MM.YYYY, with HH:MM or HH:MM:SS behind it or not, and behind
/// that Z, UTC, or how far it is from UTC, as +02:00; nothing where there is no such day.
[[nodiscard]] std::optional<double> date_value(std::string_view text);
/// The same in whole seconds; `is_cut` says whether parts of a second are left out.
[[nodiscard]] std::optional<std::int64_t> seconds_of_date(std::string_view text, bool& is_cut);
/// Whether a text is written like a date, be there such a day or not.
[[nodiscard]] bool has_form_of_date(std::string_view text);

/// Whether a text ends in '%'.
[[nodiscard]] bool is_percentage(std::string_view text);

/// The value of a number, a flag or a date; nothing if the text is none. That of "12 %" is 12.
[[nodiscard]] std::optional<double> value_of(ColumnKind kind, std::string_view text, const CellForm& form);

/// The distinct words of a text, in the order of their letters, as bag_of_words.hpp has them.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

}  // namespace weft
