// The only file that includes METIS, and the one that says so where there is none.
#include "weft/core/error.hpp"
#include "weft/graph/partition.hpp"

#ifdef WEFT_HAS_METIS
#include <algorithm>
#include <iterator>
#include <limits>

#include <metis.h>

#include "weft/core/random.hpp"
#endif

namespace weft {

#ifdef WEFT_HAS_METIS

namespace {

/// The graph as METIS takes it: both directions of every edge, no self-loops.
struct MetisGraph {
  std::vector<idx_t> offsets, neighbors;
};

MetisGraph metis_graph_of(const CsrGraph& graph) {
  // Row v of the one and row v of the other, merged.
  const ReversedGraph readers = reversed(graph);
  const std::int64_t n = graph.num_nodes();
  constexpr auto kMost = static_cast<std::int64_t>(std::numeric_limits<idx_t>::max());
  require(n < kMost, "metis_partition: the graph has ", n, " nodes, expected fewer than ", kMost,
          ", the largest integer of this METIS");
  MetisGraph result;
  result.offsets.reserve(static_cast<std::size_t>(n) + 1);
  result.offsets.push_back(0);
  std::vector<NodeId> row;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto v = static_cast<NodeId>(i);
    row.clear();
    std::ranges::set_union(graph.sources_of(v), readers.graph.sources_of(v), std::back_inserter(row));
    row.erase(std::ranges::unique(row).begin(), row.end());
    for (const NodeId u : row) {
      if (u != v) {
        result.neighbors.push_back(static_cast<idx_t>(u));
      }
    }
    require(static_cast<std::int64_t>(result.neighbors.size()) <= kMost, "metis_partition: the graph has more than ",
            kMost, " edges with both directions counted, expected no more than this METIS can number; ",
            "breadth_first_partition has no such limit");
    result.offsets.push_back(static_cast<idx_t>(result.neighbors.size()));
  }
  return result;
}

}  // namespace

bool has_metis() {
  return true;
}

Partition metis_partition(const CsrGraph& graph, std::int64_t num_parts, std::uint64_t seed) {
  require(graph.num_sources() == graph.num_nodes(), "metis_partition: the graph has ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " sources, expected as many of both");
  require(num_parts >= 1 && num_parts <= std::numeric_limits<std::int32_t>::max(), "metis_partition: num_parts is ",
          num_parts, ", expected 1 to 2^31 - 1");
  Partition result(static_cast<std::size_t>(graph.num_nodes()));
  // METIS divides by both.
  if (num_parts == 1 || graph.num_nodes() == 0) {
    return result;
  }
  MetisGraph arrays = metis_graph_of(graph);
  idx_t num_nodes = static_cast<idx_t>(graph.num_nodes()), num_constraints = 1, parts = static_cast<idx_t>(num_parts);
  idx_t cut = 0;
  idx_t options[METIS_NOPTIONS];
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_SEED] = static_cast<idx_t>(mixed_bits(seed) & 0x7FFFFFFF);
  std::vector<idx_t> part_of(result.size());
  const int status =
      METIS_PartGraphKway(&num_nodes, &num_constraints, arrays.offsets.data(), arrays.neighbors.data(), nullptr,
                          nullptr, nullptr, &parts, nullptr, nullptr, options, &cut, part_of.data());
  require(status == METIS_OK, "metis_partition: METIS answered ", status, " for ", graph.num_nodes(), " nodes, ",
          arrays.neighbors.size(), " directed edges and ", num_parts, " parts, expected ", int{METIS_OK},
          status == METIS_ERROR_MEMORY ? "; memory ran out" : "");
  std::ranges::transform(part_of, result.begin(), [](idx_t part) { return static_cast<std::int32_t>(part); });
  return result;
}

#else

bool has_metis() {
  return false;
}

Partition metis_partition(const CsrGraph&, std::int64_t num_parts, std::uint64_t) {
  throw ArgumentError(
      concat("metis_partition: ", num_parts,
             " parts were asked for, but this Weft was built without METIS; expected a build that found "
             "it, or use breadth_first_partition"));
}

#endif

}  // namespace weft
