// Options as a struct: a table binds each option's name, sentence and range to a member, so that C++ sets members where
// the command line and files set texts. Defaults are those of the struct that options_of() is given.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"

namespace weft {

/// A row of the table of struct S.
template <class S>
struct OptionBinding {
  /// Its fallback only says the type.
  Option option;
  std::function<OptionValue(const S&)> get;
  std::function<void(S&, const Options&)> set;
};

template <class S>
using OptionTable = std::vector<OptionBinding<S>>;

/// A switch or a number.
template <class S, class T>
requires std::same_as<T, bool> || std::same_as<T, std::int64_t> || std::same_as<T, double>
[[nodiscard]] OptionBinding<S> bound(std::string_view name, T S::*member, std::string_view help,
                                     double minimum = -std::numeric_limits<double>::infinity(),
                                     double maximum = std::numeric_limits<double>::infinity()) {
  return {{.name = name, .fallback = T{}, .help = help, .minimum = minimum, .maximum = maximum},
          [member](const S& values) { return OptionValue(values.*member); },
          [member, name](S& values, const Options& options) {
            if constexpr (std::same_as<T, bool>) {
              values.*member = options.flag(name);
            } else if constexpr (std::same_as<T, double>) {
              values.*member = options.real(name);
            } else {
              values.*member = options.integer(name);
            }
          }};
}

/// The name of a row of another table, one of `choices`.
template <class S>
[[nodiscard]] OptionBinding<S> bound(std::string_view name, std::string S::*member, std::string_view help,
                                     std::vector<std::string_view> choices) {
  return {{.name = name, .fallback = std::string(), .help = help, .choices = std::move(choices)},
          [member](const S& values) { return OptionValue(values.*member); },
          [member, name](S& values, const Options& options) { values.*member = options.text(name); }};
}

/// A kind; `choices` are those of its values that may be chosen, all if empty.
template <class S, NamedEnum E>
[[nodiscard]] OptionBinding<S> bound(std::string_view name, E S::*member, std::string_view help,
                                     std::vector<E> choices = {}) {
  Option option{.name = name, .fallback = std::string(), .help = help};
  for (const E choice : choices) {
    option.choices.push_back(name_of(choice));
  }
  if (choices.empty()) {
    option.choices.assign(kEnumNames<E>.begin(), kEnumNames<E>.end());
  }
  return {std::move(option), [member](const S& values) { return OptionValue(std::string(name_of(values.*member))); },
          [member, name](S& values, const Options& options) {
            const std::optional<E> value = value_named<E>(options.text(name));
            require(value.has_value(), "option ", name, ": '", options.text(name), "' is none of its names");
            values.*member = *value;
          }};
}

/// The options of the table with `defaults`.
template <class S>
[[nodiscard]] std::vector<Option> options_of(const OptionTable<S>& table, const S& defaults) {
  std::vector<Option> options;
  for (const OptionBinding<S>& row : table) {
    options.push_back(row.option);
    options.back().fallback = row.get(defaults);
  }
  return options;
}

/// Throws ArgumentError naming the option if a value is out of its range.
template <class S>
[[nodiscard]] Options to_options(const OptionTable<S>& table, const S& values) {
  Options options(options_of(table, S{}));
  for (const OptionBinding<S>& row : table) {
    options.set_value(row.option.name, row.get(values));
  }
  return options;
}

/// `options` holds at least those of the table. Throws ArgumentError if a value is out of the table's range: they may
/// be checked against another table only.
template <class S>
[[nodiscard]] S from_options(const OptionTable<S>& table, const Options& options) {
  S values;
  for (const OptionBinding<S>& row : table) {
    row.set(values, options);
  }
  (void)to_options(table, values);
  return values;
}

/// Those of `values`, options of the table, that differ from the defaults of the struct: what someone has set who
/// leaves the rest to others.
template <class S>
[[nodiscard]] std::vector<std::pair<std::string, OptionValue>> changes_in(const OptionTable<S>& table,
                                                                          const Options& values) {
  const Options defaults(options_of(table, S{}));
  std::vector<std::pair<std::string, OptionValue>> changes;
  for (const auto& [name, value] : values.values()) {
    if (value != defaults.value(name)) {
      changes.emplace_back(name, value);
    }
  }
  return changes;
}

}  // namespace weft
