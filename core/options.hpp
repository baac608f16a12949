// Options as data: one table row gives an option's name, default, range and sentence, and parsing,
// checks, help and saved configurations all come from it. Enums say their names in the same way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "weft/core/error.hpp"

#pragma GCC visibility push(default)
namespace weft {

using OptionValue = std::variant<bool, std::int64_t, double, std::string>;

/// `fallback` decides the option's type.
struct Option {
  std::string_view name;
  OptionValue fallback;
  std::string_view help;
  /// Numbers only, inclusive.
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  /// Text only: what it may be; empty: anything.
  std::vector<std::string_view> choices = {};
};

/// `value` as text that `parse_option` reads back to the same bits.
[[nodiscard]] std::string to_text(const OptionValue& value);

/// The value that `text` means for `option`. Throws ArgumentError naming option, text and range.
[[nodiscard]] OptionValue parse_option(const Option& option, std::string_view text);

/// Every option of some tables with a value.
class Options {
 public:
  Options() = default;
  /// The defaults of a table.
  explicit Options(std::span<const Option> table) { add(table); }
  /// More options with their defaults. A name that is there already keeps its value.
  void add(std::span<const Option> table);

  /// Sets from text. Throws ArgumentError if no option has that name (names the nearest) or the value is
  /// not of its type or range.
  void set(std::string_view name, std::string_view text);
  /// A new default for this use; checked like any value.
  void set_value(std::string_view name, const OptionValue& value);

  [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
  [[nodiscard]] const OptionValue& value(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const { return get<bool>(name); }
  [[nodiscard]] std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  [[nodiscard]] double real(std::string_view name) const { return get<double>(name); }
  [[nodiscard]] const std::string& text(std::string_view name) const { return get<std::string>(name); }

  [[nodiscard]] const std::map<std::string, OptionValue, std::less<>>& values() const { return values_; }
  friend bool operator==(const Options& a, const Options& b) { return a.values_ == b.values_; }

 private:
  template <class T>
  [[nodiscard]] const T& get(std::string_view name) const {
    const T* value = std::get_if<T>(&this->value(name));
    require(value != nullptr, "Options: '", name, "' is read as another type than it has");
    return *value;
  }

  std::map<std::string, OptionValue, std::less<>> values_;
  std::map<std::string, Option, std::less<>> table_;
};

/// The name among `names` with the smallest edit distance to `word`, or "" if none is near.
[[nodiscard]] std::string nearest_name(std::string_view word, std::span<const std::string> names);

/// "there is no WHAT 'WORD'", with the nearest of `names`, or with `otherwise` if none is near.
[[nodiscard]] ArgumentError unknown_name(std::string_view what, std::string_view word,
                                         std::span<const std::string> names, std::string_view otherwise = "");

/// How the values of an enum are spelled in files, on the command line and in messages: specialized beside the enum,
/// with a text for each of its values 0, 1, 2, … in their order.
template <class E>
inline constexpr std::array<std::string_view, 0> kEnumNames{};

template <class E>
concept NamedEnum = std::is_enum_v<E> &&(kEnumNames<E>.size() > 0);

/// Throws ArgumentError for a number that is none of its values.
template <NamedEnum E>
[[nodiscard]] constexpr std::string_view name_of(E value) {
  const auto i = static_cast<std::size_t>(value);
  if (i >= kEnumNames<E>.size()) [[unlikely]] {
    throw ArgumentError(concat("name_of: ", static_cast<std::int64_t>(value), " is no value of the kinds ",
                               kEnumNames<E>.front(), " to ", kEnumNames<E>.back()));
  }
  return kEnumNames<E>[i];
}

/// Nothing if no value has that name.
template <NamedEnum E>
[[nodiscard]] constexpr std::optional<E> value_named(std::string_view name) {
  for (std::size_t i = 0; i < kEnumNames<E>.size(); ++i) {
    if (kEnumNames<E>[i] == name) {
      return static_cast<E>(i);
    }
  }
  return std::nullopt;
}

}  // namespace weft
#pragma GCC visibility pop
