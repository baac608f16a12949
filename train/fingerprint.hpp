// A few numbers that differ if data differ.
#pragma once

#include <cstdint>
#include <vector>

#pragma GCC visibility push(default)
namespace weft {

class Fingerprint {
 public:
  /// A size, which stands there as it is.
  void add_size(std::int64_t size) { numbers_.push_back(size); }
  void mix(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3; }

  /// The sizes, then the hash.
  [[nodiscard]] std::vector<std::int64_t> numbers() const {
    std::vector<std::int64_t> all = numbers_;
    all.push_back(static_cast<std::int64_t>(hash_));
    return all;
  }

 private:
  std::vector<std::int64_t> numbers_;
  /// FNV-1a over 64-bit words (Fowler, Noll, Vo).
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace weft
#pragma GCC visibility pop
