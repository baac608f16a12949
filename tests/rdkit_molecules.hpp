// Molecules of the public data sets beside what the RDKit that is installed makes of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "weft/io/dataset.hpp"

#if __has_include(<RDGeneral/versions.h>)
#include <RDGeneral/versions.h>
#endif

namespace weft::test {

/// Whether it is the one that the data sets were made with. Later ones refuse some molecules of metals, and see others
/// otherwise.
inline bool is_rdkit_of_the_data() {
#if __has_include(<RDGeneral/versions.h>)
  return std::string_view(RDKit::rdkitVersion).starts_with("2022.09.");
#else
  return false;
#endif
}

/// Whether a graph of one is a graph of the other, features included.
inline bool is_same_molecule(const Dataset& a, std::int64_t i, const Dataset& b, std::int64_t j) {
  const auto at = [](const auto& all, std::int64_t k) { return all[static_cast<std::size_t>(k)]; };
  const std::int64_t u = at(a.node_ptr, i), v = at(b.node_ptr, j), nodes = at(a.node_ptr, i + 1) - u;
  if (at(b.node_ptr, j + 1) - v != nodes) {
    return false;
  }
  for (std::int64_t k = 0; k < nodes; ++k) {
    const auto here = [&](NodeId source) { return static_cast<std::int64_t>(source) - u; };
    const auto there = [&](NodeId source) { return static_cast<std::int64_t>(source) - v; };
    if (!std::ranges::equal(a.graph.sources_of(static_cast<NodeId>(u + k)),
                            b.graph.sources_of(static_cast<NodeId>(v + k)), {}, here, there)) {
      return false;
    }
  }
  const auto same_rows = [](const Features& some, std::int64_t from, const Features& others, std::int64_t to,
                            std::int64_t rows) {
    const auto& x = std::get<CategoricalMatrix>(some);
    const auto& y = std::get<CategoricalMatrix>(others);
    const std::size_t columns = x.num_categories.size();
    const auto of = [&](const CategoricalMatrix& matrix, std::int64_t first) {
      return std::span(matrix.values)
          .subspan(static_cast<std::size_t>(first) * columns, static_cast<std::size_t>(rows) * columns);
    };
    return x.num_categories == y.num_categories && std::ranges::equal(of(x, from), of(y, to));
  };
  const EdgeId e = at(a.graph.offsets(), u), f = at(b.graph.offsets(), v);
  return same_rows(a.node_features, u, b.node_features, v, nodes) &&
         same_rows(a.edge_features, e, b.edge_features, f, at(a.graph.offsets(), u + nodes) - e);
}

/// `actual` holds `count` graphs of `expected` from `first`, in their order: all but one in a hundred, and those the
/// same but for one in a hundred.
inline void expect_nearly_same_molecules(const Dataset& actual, const Dataset& expected, std::int64_t first,
                                         std::int64_t count) {
  std::int64_t next = 0, same = 0;
  for (std::int64_t j = first; j < first + count && next < actual.num_graphs(); ++j) {
    if (actual.smiles[static_cast<std::size_t>(next)] == expected.smiles[static_cast<std::size_t>(j)]) {
      same += is_same_molecule(actual, next, expected, j) ? 1 : 0;
      ++next;
    }
  }
  EXPECT_EQ(next, actual.num_graphs()) << "graphs that are not among those expected";
  EXPECT_GE(100 * same, 98 * count) << same << " of " << count << " are the same, " << next << " were read";
}

}  // namespace weft::test
