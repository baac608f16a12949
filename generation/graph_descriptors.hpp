// What sets of graphs are compared by: degrees, clustering, graphlets, and the spectrum in two ways.
//
// As in the evaluation that Martinkus, Loukas, Perraudin, Wattenhofer, "SPECTRE" (ICML 2022), section 5, began and
// later generators kept. Every graph is symmetric without self-loops. All but the orbits are counts.
#pragma once

#include "weft/generation/graph_mmd.hpp"
#include "weft/generation/spectra.hpp"
#include "weft/graph/csr_graph.hpp"

namespace weft {

/// How many nodes have degree 0, 1, ..., the largest degree.
[[nodiscard]] GraphDescriptor degree_histogram(const CsrGraph& graph);

/// Local clustering coefficients in 100 bins on [0, 1].
[[nodiscard]] GraphDescriptor clustering_histogram(const CsrGraph& graph);

/// The mean over the nodes of each of the 15 orbit counts.
[[nodiscard]] GraphDescriptor mean_orbits(const CsrGraph& graph);

/// Eigenvalues of the normalized Laplacian in 200 bins on [-1e-5, 2].
[[nodiscard]] GraphDescriptor spectrum_histogram(const Spectrum& spectrum);

/// For each filter g of a spline wavelet bank on [0, 2] (Hammond, Vandergheynst, Gribonval, "Wavelets on graphs via
/// spectral graph theory", 2011, section 8: a low pass and eleven wavelets), the nodes' energies
/// sum_k g(lambda_k)^2 u_k(v)^2 in 100 bins, one filter after the other. The bins end at the largest value of the
/// filters; larger energies are not counted.
[[nodiscard]] GraphDescriptor wavelet_histogram(const Spectrum& spectrum);

}  // namespace weft
