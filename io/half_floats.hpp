// Reals of 16 bits: IEEE 754 binary16, and bfloat16, the upper half of binary32. Private.
#pragma once

#include <bit>
#include <cstdint>

namespace weft {

/// binary16: 5 bits of exponent, 10 of fraction. To the nearest, ties to even; beyond 65519.99 infinite.
[[nodiscard]] inline std::uint16_t to_float16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000U;
  std::uint32_t size = bits & 0x7FFFFFFFU;
  if (size >= 0x47800000U) {  // 2^16, infinite or no number
    return static_cast<std::uint16_t>(sign | (size > 0x7F800000U ? 0x7E00U : 0x7C00U));
  }
  if (size < 0x38800000U) {  // below 2^-14: steps of 2^-24, which are those of float from 0.5 on
    const float shifted = std::bit_cast<float>(size) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3F000000U));
  }
  size += 0xFFFU + (size >> 13 & 1U);
  return static_cast<std::uint16_t>(sign | (size - 0x38000000U) >> 13);
}

[[nodiscard]] inline float from_float16(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16, exponent = half >> 10 & 0x1FU, fraction = half & 0x3FFU;
  if (exponent == 0) {
    const float value = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  return std::bit_cast<float>(sign | (exponent == 31 ? 0x7F800000U : (exponent + 112) << 23) | fraction << 13);
}

/// 8 bits of exponent, 7 of fraction. To the nearest, ties to even; beyond 3.3961775e38 infinite.
[[nodiscard]] inline std::uint16_t to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return static_cast<std::uint16_t>(bits >> 16 | 0x40U);
  }
  return static_cast<std::uint16_t>((bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16);
}

[[nodiscard]] inline float from_bfloat16(std::uint16_t half) {
  return std::bit_cast<float>(std::uint32_t{half} << 16);
}

}  // namespace weft
