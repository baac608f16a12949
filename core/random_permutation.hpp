// A random permutation of [0, n) that is never stored: any element is found in O(1), in any order.
//
// Method: a Feistel network over the next even power of two, walked until it lands below n (Black, Rogaway, "Ciphers
// with arbitrary finite domains", CT-RSA 2002, section 3). At most four steps are expected from n = 64 on.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "weft/core/random.hpp"

namespace weft {

class RandomPermutation {
 public:
  RandomPermutation(std::int64_t size, const Random& random) : size_(static_cast<std::uint64_t>(size)) {
    const int bits = std::bit_width(size_ > 0 ? size_ - 1 : 0);
    half_bits_ = bits <= 6 ? 3 : (bits + 1) / 2;
    for (std::size_t round = 0; round < round_keys_.size(); ++round) {
      round_keys_[round] = random.bits(round, 0x5045524D);
    }
  }

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(size_); }

  /// Where element i of [0, size) goes.
  [[nodiscard]] std::int64_t operator()(std::int64_t i) const {
    auto x = static_cast<std::uint64_t>(i);
    do {
      x = network(x);
    } while (x >= size_);
    return static_cast<std::int64_t>(x);
  }

 private:
  [[nodiscard]] std::uint64_t network(std::uint64_t x) const {
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t left = x >> half_bits_, right = x & mask;
    for (const std::uint64_t key : round_keys_) {
      const std::uint64_t next = left ^ (mixed_bits(right ^ key) & mask);
      left = right;
      right = next;
    }
    return left << half_bits_ | right;
  }

  std::uint64_t size_;
  int half_bits_;
  std::array<std::uint64_t, 8> round_keys_{};
};

}  // namespace weft
