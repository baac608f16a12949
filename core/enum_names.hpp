// Enums that are options: how each value is spelled in files, on the command line and in messages.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

#pragma GCC visibility push(default)
namespace weft {

/// Specialized beside the enum, with a text for each of its values 0, 1, 2, … in their order.
template <class E>
inline constexpr std::array<std::string_view, 0> kEnumNames{};

template <class E>
concept NamedEnum = std::is_enum_v<E> &&(kEnumNames<E>.size() > 0);

template <NamedEnum E>
[[nodiscard]] constexpr std::string_view name_of(E value) {
  return kEnumNames<E>[static_cast<std::size_t>(value)];
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
