// How good generated graphs are: distances to a test set, and the shares that are valid, unique and novel.
#pragma once

#include <span>

#include "weft/generation/graph_validity.hpp"
#include "weft/graph/csr_graph.hpp"

namespace weft {

/// Distances of a set of graphs to the test set. NaN if no graph of the set has a node.
struct GraphDistances {
  /// The squared maximum mean discrepancy with the total variation kernel, exactly as in the tables since SPECTRE
  /// (Martinkus et al., ICML 2022): graph_descriptors.hpp.
  double degree_mmd = 0.0;
  double clustering_mmd = 0.0;
  double spectral_mmd = 0.0;
  double orbit_mmd = 0.0;
  double wavelet_mmd = 0.0;

  /// The same with the kernels of GraphRNN (You et al., ICML 2018) and GDSS (Jo, Lee, Hwang, ICML 2022): earth
  /// mover's distance, and the Euclidean one for orbits. Small sets such as community_small are reported with these.
  double degree_emd_mmd = 0.0;
  double clustering_emd_mmd = 0.0;
  double orbit_gaussian_mmd = 0.0;
};

/// The distances are those of the generated graphs; shares are of all generated graphs.
struct GraphQuality : GraphDistances {
  /// Of the training graphs: as near as graphs of the same source are.
  GraphDistances floor;
  /// The mean of the first five distances, each divided by the floor's. As published: the floor's is rounded to four
  /// digits, and a figure for which nothing is left does not count. NaN if none is left.
  double mmd_ratio = 0.0;

  /// Of the kind asked for.
  double valid = 0.0;
  /// Not isomorphic to an earlier one.
  double unique = 0.0;
  /// Not isomorphic to a training graph.
  double novel = 0.0;
  /// All three.
  double vun = 0.0;
  /// Those of which it is not known whether they are equal to another graph, since the search gave up; they count as
  /// equal. Mostly none.
  double undecided = 0.0;
};

/// Throws ArgumentError if a set is empty or a graph is not symmetric or has a self-loop. The result does not depend
/// on the number of threads. O(n^3) for the spectrum of each graph, and the square of the numbers of graphs.
[[nodiscard]] GraphQuality evaluate_graphs(std::span<const CsrGraph> generated, std::span<const CsrGraph> training,
                                           std::span<const CsrGraph> test, GraphKind kind);

}  // namespace weft
