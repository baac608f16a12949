// How often each node of a graph takes each place in the connected graphs on two to four nodes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// The orbits of Przulj, "Biological network comparison using graphlet degree distribution" (Bioinformatics 2007),
/// figure 1, in its numbering: 0 an edge; 1 end and 2 middle of a path of three; 3 triangle; 4 end and 5 inside of a
/// path of four; 6 tip and 7 center of a claw; 8 square; 9 tail, 10 far and 11 near corner of a triangle with a tail;
/// 12 corner of degree two and 13 of degree three of a square with one diagonal; 14 the complete graph on four.
inline constexpr int kNumOrbits = 15;
using OrbitCounts = std::array<std::int64_t, kNumOrbits>;

/// One row for each node, induced subgraphs only. The graph is symmetric without self-loops. Every connected
/// subgraph of four nodes is visited once (Wernicke, "Efficient detection of network motifs", TCBB 2006, algorithm
/// ESU): O(n d^3) for degrees about d.
[[nodiscard]] std::vector<OrbitCounts> graphlet_orbits(const CsrGraph& graph);

}  // namespace weft
