#include "weft/tensor/activation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "weft/core/error.hpp"
#include "weft/tensor/simd.hpp"

namespace weft {
namespace {

// GELU by the Gaussian distribution function itself: x Phi(x) (Hendrycks, Gimpel 2016).
float gelu(float x) {
  return 0.5F * x * (1.0F + std::erf(x * (std::numbers::sqrt2_v<float> / 2.0F)));
}
float gelu_derivative(float x) {
  const float phi = std::exp(-0.5F * x * x) * (std::numbers::inv_sqrtpi_v<float> / std::numbers::sqrt2_v<float>);
  return 0.5F * (1.0F + std::erf(x * (std::numbers::sqrt2_v<float> / 2.0F))) + x * phi;
}

/// Replaces all values, eight at a time.
template <class F>
void each_vector(std::span<float> values, F f) {
  const auto count = static_cast<std::int64_t>(values.size());
  std::int64_t i = 0;
  for (; i + simd::kLanes <= count; i += simd::kLanes) {
    simd::store(values.data() + i, f(simd::load(values.data() + i)));
  }
  if (i < count) {
    simd::store_part(values.data() + i, count - i, f(simd::load_part(values.data() + i, count - i)));
  }
}

template <class F>
void each(std::span<const float> given, std::span<float> gradient, F derivative) {
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    gradient[i] *= derivative(given[i]);
  }
}

}  // namespace

Activation activation_of(std::string_view name) {
  const std::optional<Activation> activation = value_named<Activation>(name);
  require(activation.has_value(), "activation '", name, "' is not one of none, relu, elu, gelu, sigmoid");
  return *activation;
}

void apply_activation(Activation activation, std::span<float> values) {
  (void)name_of(activation);
  switch (activation) {
    case Activation::none:
      break;
    case Activation::relu:
      for (float& x : values) {
        x = std::max(x, 0.0F);
      }
      break;
    case Activation::elu:
      each_vector(values, [](simd::Float8 x) { return x > 0.0F ? x : simd::expm1_of_negative(x); });
      break;
    case Activation::gelu:
      for (float& x : values) {
        x = gelu(x);
      }
      break;
    case Activation::sigmoid:
      for (float& x : values) {
        x = 1.0F / (1.0F + std::exp(-x));
      }
      break;
  }
}

void apply_derivative(Activation activation, std::span<const float> given, std::span<float> gradient) {
  require(given.size() == gradient.size(), "apply_derivative: there are ", given.size(), " values and ",
          gradient.size(), " gradients, expected as many");
  (void)name_of(activation);
  switch (activation) {
    case Activation::none:
      break;
    case Activation::relu:
      each(given, gradient, [](float y) { return y > 0.0F ? 1.0F : 0.0F; });
      break;
    case Activation::elu:
      each(given, gradient, [](float y) { return y > 0.0F ? 1.0F : y + 1.0F; });
      break;
    case Activation::gelu:
      each(given, gradient, gelu_derivative);
      break;
    case Activation::sigmoid:
      each(given, gradient, [](float y) { return y * (1.0F - y); });
      break;
  }
}

}  // namespace weft
