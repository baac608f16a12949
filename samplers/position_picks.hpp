// Drawing positions of a row: k of n, each set of k equally likely, in O(k) however long the row.
//
// Method: Floyd's algorithm (Bentley, Floyd, "A sample of brilliance", CACM 1987): for j = n - k .. n - 1 draw t from
// [0, j], inclusive, and take t, or j if t is taken already.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/core/random_blocks.hpp"

namespace weft {

/// Picks that are compared one by one; more go through a table.
inline constexpr std::int64_t kFew = 32;

/// The random numbers of one row: a function of (stream, counter), whatever other rows draw. Four blocks of Philox are
/// computed at a time.
class RowDraws {
 public:
  RowDraws(const Random& random, std::uint64_t counter) : random_(random), counter_(counter) {}

  /// Uniform in [0, bound), bound < 2^32. Bounds up to 2^16 use 32 bits and larger ones 64, so that no value's
  /// probability is off by more than 2^-16 of itself.
  std::uint32_t below(std::uint64_t bound) {
    if (bound <= 1 << 16) [[likely]] {
      return static_cast<std::uint32_t>(next() * bound >> 32);
    }
    const std::uint64_t high = next();
    return static_cast<std::uint32_t>(static_cast<unsigned __int128>(high << 32 | next()) * bound >> 64);
  }
  /// Uniform in [0, 1) with 53 bits.
  double uniform() {
    const std::uint64_t high = next();
    return static_cast<double>((high << 32 | next()) >> 11) * 0x1p-53;
  }

 private:
  static constexpr std::uint32_t kBlocks = 4;

  std::uint64_t next() {
    if (used_ == 4 * kBlocks) {
      four_blocks(random_, counter_, lane_, words_);
      lane_ += kBlocks;
      used_ = 0;
    }
    return words_[used_++];
  }

  const Random& random_;
  std::uint64_t counter_;
  std::uint32_t lane_ = 0, used_ = 4 * kBlocks;
  std::array<std::uint32_t, 4 * kBlocks> words_;
};

/// At most kFew of [0, size) into `out`; count <= size.
inline void pick_few(RowDraws& draws, std::uint32_t size, std::int64_t count, std::uint32_t* out) {
  // One bit for each residue: only where it is set already can t be taken.
  std::uint64_t residues = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t last = size - static_cast<std::uint32_t>(count - i);
    std::uint32_t t = draws.below(std::uint64_t{last} + 1);
    if ((residues >> (t % 64) & 1) != 0 && std::find(out, out + i, t) != out + i) {
      t = last;
    }
    residues |= std::uint64_t{1} << (t % 64);
    out[i] = t;
  }
}

/// Which positions are taken: open addressing in borrowed memory, at most half full.
class TakenPositions {
 public:
  /// For up to `count` positions below 2^32 - 1.
  TakenPositions(std::int64_t count, std::vector<std::uint32_t>& table)
      : table_(table), mask_(std::bit_ceil(static_cast<std::size_t>(2 * count + 1)) - 1) {
    table_.assign(mask_ + 1, kFree);
  }
  /// Whether t was free.
  bool take(std::uint32_t t) {
    std::uint32_t& place = table_[place_of(t)];
    return std::exchange(place, t) == kFree;
  }
  [[nodiscard]] bool has(std::uint32_t t) const { return table_[place_of(t)] == t; }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;
  [[nodiscard]] std::size_t place_of(std::uint32_t t) const {
    std::size_t place = mixed_bits(t) & mask_;
    while (table_[place] != kFree && table_[place] != t) {
      place = (place + 1) & mask_;
    }
    return place;
  }
  std::vector<std::uint32_t>& table_;
  std::size_t mask_;
};

/// Any number of [0, size) into `out`; `table` is memory to work in.
inline void pick_many(RowDraws& draws, std::uint32_t size, std::int64_t count, std::uint32_t* out,
                      std::vector<std::uint32_t>& table) {
  TakenPositions taken(count, table);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t last = size - static_cast<std::uint32_t>(count - i);
    const std::uint32_t t = draws.below(std::uint64_t{last} + 1);
    out[i] = taken.take(t) ? t : last;
    taken.take(out[i]);
  }
}

/// min(count, size) distinct positions of [0, size) into `out`, uniformly; all in order if count >= size. Returns how
/// many.
inline std::int64_t pick_distinct(RowDraws& draws, std::int64_t size, std::int64_t count, std::uint32_t* out,
                                  std::vector<std::uint32_t>& table) {
  if (count >= size) {
    for (std::int64_t i = 0; i < size; ++i) {
      out[i] = static_cast<std::uint32_t>(i);
    }
    return size;
  }
  if (count <= kFew) {
    pick_few(draws, static_cast<std::uint32_t>(size), count, out);
  } else {
    pick_many(draws, static_cast<std::uint32_t>(size), count, out, table);
  }
  return count;
}

/// Sorts the positions, merges repeated ones, and writes how often each was there. Returns how many are left.
inline std::int64_t merge_repeats(std::uint32_t* picked, float* times, std::int64_t count) {
  std::sort(picked, picked + count);
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < count;) {
    std::int64_t next = i + 1;
    while (next < count && picked[next] == picked[i]) {
      ++next;
    }
    picked[kept] = picked[i];
    times[kept++] = static_cast<float>(next - i);
    i = next;
  }
  return kept;
}

}  // namespace weft
