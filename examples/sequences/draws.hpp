// Random draws one after the other, for generators that do not know beforehand how many they need.
#pragma once

#include <cstdint>

#include <weft/core/random.hpp>

class Draws {
 public:
  explicit Draws(const weft::Random& random) : random_(random) {}

  /// Uniform in [0, bound).
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(bound), next_++));
  }
  /// True with probability `chance`.
  bool happens(double chance) { return random_.uniform(next_++) < chance; }

 private:
  weft::Random random_;
  std::uint64_t next_ = 0;
};
