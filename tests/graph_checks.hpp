// What tests of graphs compare rows with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "weft/core/parallel.hpp"
#include "weft/graph/csr_graph.hpp"

namespace weft::test {

using Ids = std::vector<NodeId>;

inline Ids ids(std::span<const NodeId> values) {
  return {values.begin(), values.end()};
}

inline CsrGraph rows_of(std::int64_t num_sources, const std::vector<EdgeId>& offsets, const Ids& sources) {
  return CsrGraph::from_rows(num_sources, Buffer<EdgeId>::copy_of(offsets), Buffer<NodeId>::copy_of(sources));
}

inline bool same_rows(const CsrGraph& a, const CsrGraph& b) {
  return a.num_sources() == b.num_sources() && std::ranges::equal(a.offsets(), b.offsets()) &&
         std::ranges::equal(a.sources(), b.sources());
}

/// What `make` returns must be the same rows with one, two and four threads.
template <class Make>
void expect_same_for_any_threads(const Make& make) {
  CsrGraph one, many;
  with_threads(1, [&] { one = make(); });
  for (const int threads : {2, 4}) {
    with_threads(threads, [&] { many = make(); });
    EXPECT_TRUE(same_rows(one, many)) << threads << " threads";
  }
  EXPECT_GT(one.num_edges(), 0);
}

}  // namespace weft::test
