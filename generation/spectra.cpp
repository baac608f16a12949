// The whole spectrum by Householder tridiagonalization and implicit QR, from Eigen.
#include "weft/generation/spectra.hpp"

#include <cmath>

#include <Eigen/Eigenvalues>

#include "weft/core/error.hpp"

namespace weft {

Spectrum normalized_laplacian_spectrum(const CsrGraph& graph) {
  const std::int64_t n = graph.num_nodes();
  Spectrum spectrum;
  if (n == 0) {
    return spectrum;
  }
  Eigen::MatrixXd laplacian = Eigen::MatrixXd::Zero(n, n);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto v = static_cast<NodeId>(i);
    const auto degree = static_cast<double>(graph.in_degree(v));
    if (degree > 0.0) {
      laplacian(i, i) = 1.0;
    }
    for (const NodeId u : graph.sources_of(v)) {
      laplacian(i, u) = -1.0 / std::sqrt(degree * static_cast<double>(graph.in_degree(u)));
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(laplacian);
  if (solver.info() != Eigen::Success) {
    throw NumericError(
        concat("normalized_laplacian_spectrum: the eigenvalues of a graph of ", n, " nodes do not settle"));
  }
  spectrum.values.assign(solver.eigenvalues().data(), solver.eigenvalues().data() + n);
  spectrum.energy.resize(static_cast<std::size_t>(n * n));
  Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(spectrum.energy.data(), n, n) =
      solver.eigenvectors().cwiseAbs2();
  return spectrum;
}

}  // namespace weft
