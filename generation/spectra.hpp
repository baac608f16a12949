// Eigenvalues and eigenvectors of the normalized Laplacian of a small graph.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// Of L = I - D^-1/2 A D^-1/2, with the row of a node without edges all zero.
struct Spectrum {
  /// [n], ascending, in [0, 2] up to rounding.
  std::vector<double> values;
  /// [n, n] by rows of nodes: the square of node v's entry in eigenvector number k, at v * n + k. Sums of these over
  /// equal eigenvalues do not depend on the choice of eigenvectors.
  std::vector<double> energy;
};

/// All of it, O(n^3) time and O(n^2) memory. The graph is symmetric without self-loops. Throws NumericError if the
/// eigenvalues do not settle.
[[nodiscard]] Spectrum normalized_laplacian_spectrum(const CsrGraph& graph);

}  // namespace weft
