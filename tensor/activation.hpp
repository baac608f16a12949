// Functions applied to every element, and their derivatives.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "weft/core/options.hpp"

#pragma GCC visibility push(default)
namespace weft {

enum class Activation { none, relu, elu, gelu, sigmoid };
template <>
inline constexpr std::array<std::string_view, 5> kEnumNames<Activation> = {"none", "relu", "elu", "gelu", "sigmoid"};

/// Throws ArgumentError if no activation has that name.
[[nodiscard]] Activation activation_of(std::string_view name);

/// Replaces each x by activation(x). This and all that takes an activation throws ArgumentError for one that is none.
void apply_activation(Activation activation, std::span<float> values);

/// Whether the derivative can be read off the result alone; gelu's cannot.
[[nodiscard]] constexpr bool derives_from_result(Activation activation) {
  return activation != Activation::gelu;
}

/// Multiplies each gradient by the derivative, given the results y = activation(x), or for gelu given x.
void apply_derivative(Activation activation, std::span<const float> given, std::span<float> gradient);

}  // namespace weft
#pragma GCC visibility pop
