// Randomness as a function of its keys, never of a thread or of what was drawn before.
//
// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011),
// section 4.3; constants and known answers from the authors' Random123 distribution.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>

#pragma GCC visibility push(default)
namespace weft {

/// One block of Philox4x32-10: 128 bits that depend on all of counter and key.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                                std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// 64 bits that each depend on all bits of x: the finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014). For hashing; with a random key also where millions of cheap variates
/// are enough.
[[nodiscard]] constexpr std::uint64_t mixed_bits(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

/// A stream of random numbers addressed by counter: `random.bits(i)` is the same number whenever and
/// wherever it is asked for. Streams made with different keys are independent.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : key_{low(seed), high(seed)} {}

  /// The stream of one purpose, layer, epoch or run below this one.
  [[nodiscard]] constexpr Random stream(std::uint64_t id) const {
    const auto block = philox4x32({low(id), high(id), 0, 0x57454654}, key_);
    return Random(std::uint64_t{block[1]} << 32 | block[0]);
  }

  /// 128 random bits number `counter`; `lane` gives a second coordinate (a hop, a head, a draw).
  [[nodiscard]] constexpr std::array<std::uint32_t, 4> block(std::uint64_t counter, std::uint32_t lane = 0) const {
    return philox4x32({low(counter), high(counter), lane, 0}, key_);
  }

  [[nodiscard]] constexpr std::uint64_t bits(std::uint64_t counter, std::uint32_t lane = 0) const {
    const auto b = block(counter, lane);
    return std::uint64_t{b[1]} << 32 | b[0];
  }

  /// Uniform in [0, 1) with 53 bits.
  [[nodiscard]] constexpr double uniform(std::uint64_t counter, std::uint32_t lane = 0) const {
    return static_cast<double>(bits(counter, lane) >> 11) * 0x1p-53;
  }

  /// Standard normal (Box and Muller 1958).
  [[nodiscard]] double normal(std::uint64_t counter, std::uint32_t lane = 0) const {
    const auto b = block(counter, lane);
    const double u = (static_cast<double>(b[0]) + 0.5) * 0x1p-32;
    const double v = static_cast<double>(b[1]) * 0x1p-32;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
  }

  /// Uniform in [0, bound), bound > 0; multiply-shift, bias below 2^-32 for bound < 2^32
  /// (Lemire, "Fast random integer generation in an interval", 2019).
  [[nodiscard]] constexpr std::uint64_t below(std::uint64_t bound, std::uint64_t counter,
                                              std::uint32_t lane = 0) const {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(bits(counter, lane)) * bound >> 64);
  }

  [[nodiscard]] constexpr std::array<std::uint32_t, 2> key() const { return key_; }

 private:
  static constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

  std::array<std::uint32_t, 2> key_;
};

/// A permutation of values: Fisher and Yates, each draw a function of (random, position).
template <class T>
void shuffle(std::span<T> values, const Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[random.below(i, i)]);
  }
}

}  // namespace weft
#pragma GCC visibility pop
