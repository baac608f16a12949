// The positions of every row in ascending order of a key of their edges (a time, a type), so that the edges of a range
// of keys are found by binary search however long the row. 4 bytes an edge.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <tuple>

#include "weft/core/buffer.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/csr_graph.hpp"

namespace weft {

template <class Key>
class RowOrder {
 public:
  /// keys [num_edges]; edges of equal keys stay in the order of the row. O(m log d).
  RowOrder(const char* operation, const CsrGraph& graph, std::span<const Key> keys)
      : keys_(Buffer<Key>::copy_of(keys)), order_(keys.size()) {
    require(static_cast<EdgeId>(keys.size()) == graph.num_edges(), operation, ": there are ", keys.size(),
            " values for edges, expected one for each of ", graph.num_edges());
    const auto offsets = graph.offsets();
    parallel_rows(offsets, 1 << 15, [&](std::int64_t first, std::int64_t last) {
      for (auto v = static_cast<std::size_t>(first); v < static_cast<std::size_t>(last); ++v) {
        const Key* key = keys_.data() + offsets[v];
        std::uint32_t* begin = order_.data() + offsets[v];
        std::uint32_t* end = order_.data() + offsets[v + 1];
        std::iota(begin, end, 0U);
        std::sort(begin, end,
                  [&](std::uint32_t a, std::uint32_t b) { return std::tie(key[a], a) < std::tie(key[b], b); });
      }
    });
  }

  /// The positions, counted from its begin, of the row that owns the edges begin .. begin + degree.
  [[nodiscard]] std::span<const std::uint32_t> row(EdgeId begin, EdgeId degree) const {
    return std::span<const std::uint32_t>(order_).subspan(static_cast<std::size_t>(begin),
                                                          static_cast<std::size_t>(degree));
  }
  /// How many edges of this row have a key below `bound`.
  [[nodiscard]] std::int64_t num_below(EdgeId begin, EdgeId degree, Key bound) const {
    const auto positions = row(begin, degree);
    return std::ranges::lower_bound(positions, bound, {}, [&](std::uint32_t p) { return keys_[key_place(begin, p)]; }) -
           positions.begin();
  }
  /// How many have a key of at most `bound`.
  [[nodiscard]] std::int64_t num_up_to(EdgeId begin, EdgeId degree, Key bound) const {
    const auto positions = row(begin, degree);
    return std::ranges::upper_bound(positions, bound, {}, [&](std::uint32_t p) { return keys_[key_place(begin, p)]; }) -
           positions.begin();
  }

 private:
  static std::size_t key_place(EdgeId begin, std::uint32_t position) {
    return static_cast<std::size_t>(begin) + position;
  }
  Buffer<Key> keys_;
  Buffer<std::uint32_t> order_;
};

}  // namespace weft
