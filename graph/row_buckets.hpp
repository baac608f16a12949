// Sorting by row in linear time, in parallel, with the same result for every number of threads.
//
// Method: a stable counting sort in two levels. Chunks of the input count and then scatter their items
// into at most 512 buckets of neighboring rows; each bucket, now about the size of a cache, counts and
// places its own rows. Cost: O(rows + items), two passes over the input, one copy of the items.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/types.hpp"

namespace weft {

/// Items with a member `row`, those of rows [b << shift, (b + 1) << shift) at begin[b] .. begin[b + 1],
/// otherwise in the order of the input.
template <class Item>
struct RowBuckets {
  int shift = 0;
  std::vector<std::int64_t> begin;
  Buffer<Item> items;

  [[nodiscard]] std::int64_t num_buckets() const { return static_cast<std::int64_t>(begin.size()) - 1; }
};

/// `visit(first, last, emit)` calls emit(item) for each item that inputs first .. last give; it is called
/// twice on every chunk and must give the same items. Rows are below num_rows.
template <class Item, class Visit>
[[nodiscard]] RowBuckets<Item> into_row_buckets(std::int64_t num_rows, std::int64_t num_inputs, const Visit& visit) {
  constexpr std::int64_t kItemsPerBucket = 1 << 15;
  constexpr std::int64_t kMaxBuckets = 512;
  constexpr std::int64_t kMaxChunks = 256;
  const std::int64_t wanted =
      std::clamp(std::max(num_rows, num_inputs) / kItemsPerBucket, std::int64_t{1}, kMaxBuckets);
  const std::int64_t rows_per_bucket = std::max<std::int64_t>(1, (num_rows + wanted - 1) / wanted);

  RowBuckets<Item> result;
  result.shift = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(rows_per_bucket - 1)));
  const std::int64_t num_buckets = num_rows == 0 ? 0 : ((num_rows - 1) >> result.shift) + 1;
  const std::int64_t grain = std::max(kItemsPerBucket, (num_inputs + kMaxChunks - 1) / kMaxChunks);
  const std::int64_t num_chunks = (num_inputs + grain - 1) / grain;

  // place[chunk][bucket]: first how many, then where the chunk's next item goes.
  std::vector<std::int64_t> place(static_cast<std::size_t>(num_chunks * num_buckets));
  const auto place_of = [&](std::int64_t first) { return place.data() + first / grain * num_buckets; };
  parallel_for(num_inputs, grain, [&](std::int64_t first, std::int64_t last) {
    std::int64_t* count = place_of(first);
    visit(first, last, [&](const Item& item) { ++count[item.row >> result.shift]; });
  });
  result.begin.assign(static_cast<std::size_t>(num_buckets) + 1, 0);
  std::int64_t total = 0;
  for (std::int64_t bucket = 0; bucket < num_buckets; ++bucket) {
    for (std::int64_t chunk = 0; chunk < num_chunks; ++chunk) {
      std::int64_t& slot = place[static_cast<std::size_t>(chunk * num_buckets + bucket)];
      total += std::exchange(slot, total);
    }
    result.begin[static_cast<std::size_t>(bucket) + 1] = total;
  }
  result.items = Buffer<Item>(static_cast<std::size_t>(total));
  parallel_for(num_inputs, grain, [&](std::int64_t first, std::int64_t last) {
    std::int64_t* next = place_of(first);
    visit(first, last,
          [&](const Item& item) { result.items[static_cast<std::size_t>(next[item.row >> result.shift]++)] = item; });
  });
  return result;
}

/// Calls write(position, item) once for each item, position in the order of (row, input), and returns
/// where each row starts: [num_rows + 1].
template <class Item, class Write>
[[nodiscard]] Buffer<EdgeId> place_rows(const RowBuckets<Item>& buckets, std::int64_t num_rows, const Write& write) {
  Buffer<EdgeId> offsets(static_cast<std::size_t>(num_rows) + 1);
  offsets[0] = 0;
  parallel_for(buckets.num_buckets(), 1, [&](std::int64_t first_bucket, std::int64_t) {
    const auto bucket = static_cast<std::size_t>(first_bucket);
    const std::int64_t first_row = first_bucket << buckets.shift;
    const std::int64_t last_row = std::min(num_rows, (first_bucket + 1) << buckets.shift);
    const auto items = std::span<const Item>(buckets.items)
                           .subspan(static_cast<std::size_t>(buckets.begin[bucket]),
                                    static_cast<std::size_t>(buckets.begin[bucket + 1] - buckets.begin[bucket]));
    // next[row] is the entry of `offsets` after the row's own: when all its items are placed it has moved
    // to the row's end, which is where the following row starts.
    EdgeId* next = offsets.data() + 1;
    std::fill(next + first_row, next + last_row, EdgeId{0});
    for (const Item& item : items) {
      ++next[item.row];
    }
    EdgeId position = buckets.begin[bucket];
    for (std::int64_t row = first_row; row < last_row; ++row) {
      position += std::exchange(next[row], position);
    }
    for (const Item& item : items) {
      write(next[item.row]++, item);
    }
  });
  return offsets;
}

}  // namespace weft
