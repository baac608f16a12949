// Dense decompositions by Eigen, Lanczos with implicit restarts by Spectra (Lehoucq, Sorensen 1996).
#include "weft/graph/laplacian_encoding.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Spectra/SymEigsSolver.h>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/statistics.hpp"

namespace weft {
namespace {

/// Nodes by connected component: component c owns nodes[first[c] .. first[c + 1]), ascending.
struct Components {
  std::vector<NodeId> nodes;
  std::vector<std::int64_t> first;
  /// Where a node stands in its component.
  std::vector<NodeId> place;

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(first.size()) - 1; }
  [[nodiscard]] std::span<const NodeId> nodes_of(std::int64_t c) const {
    const auto begin = static_cast<std::size_t>(first[static_cast<std::size_t>(c)]);
    return std::span(nodes).subspan(begin, static_cast<std::size_t>(first[static_cast<std::size_t>(c) + 1]) - begin);
  }
};

Components components_of(const CsrGraph& graph) {
  const Buffer<NodeId> smallest = weak_components(graph);
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  Components result;
  // The smallest node of a component comes before its others, so numbers are known when they are needed.
  std::vector<std::int64_t> number(n), size;
  for (std::size_t v = 0; v < n; ++v) {
    if (smallest[v] == v) {
      number[v] = static_cast<std::int64_t>(size.size());
      size.push_back(0);
    } else {
      number[v] = number[smallest[v]];
    }
    ++size[static_cast<std::size_t>(number[v])];
  }
  result.first.push_back(0);
  for (const std::int64_t s : size) {
    result.first.push_back(result.first.back() + s);
  }
  result.nodes.resize(n);
  result.place.resize(n);
  std::vector<std::int64_t> next(size.size(), 0);
  for (std::size_t v = 0; v < n; ++v) {
    const auto c = static_cast<std::size_t>(number[v]);
    result.place[v] = static_cast<NodeId>(next[c]);
    result.nodes[static_cast<std::size_t>(result.first[c] + next[c]++)] = static_cast<NodeId>(v);
  }
  return result;
}

/// x -> (S - 3 u uᵀ) x on one component, S = D^-1/2 A D^-1/2 with eigenvalues in [-1, 1] and u the trivial
/// eigenvector, which goes from eigenvalue 1 to -2, out of the way.
class DeflatedAdjacency {
 public:
  using Scalar = double;

  DeflatedAdjacency(const CsrGraph& graph, std::span<const NodeId> nodes, std::span<const NodeId> place)
      : graph_(graph), nodes_(nodes), place_(place), scale_(nodes.size()), trivial_(nodes.size()) {
    double total = 0.0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      total += static_cast<double>(graph.in_degree(nodes[i]));
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto degree = static_cast<double>(graph.in_degree(nodes[i]));
      scale_[i] = 1.0 / std::sqrt(degree);
      trivial_[i] = std::sqrt(degree / total);
    }
  }

  [[nodiscard]] Eigen::Index rows() const { return static_cast<Eigen::Index>(nodes_.size()); }
  [[nodiscard]] Eigen::Index cols() const { return rows(); }

  void perform_op(const double* x, double* y) const {
    constexpr std::int64_t kGrain = 4096;
    const auto n = static_cast<std::int64_t>(nodes_.size());
    const double along = parallel_sum(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      double sum = 0.0;
      for (std::int64_t i = begin; i < end; ++i) {
        sum += trivial_[static_cast<std::size_t>(i)] * x[i];
      }
      return sum;
    });
    parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        double sum = 0.0;
        for (const NodeId u : graph_.sources_of(nodes_[i])) {
          sum += scale_[place_[u]] * x[place_[u]];
        }
        y[i] = scale_[i] * sum - 3.0 * along * trivial_[i];
      }
    });
  }

 private:
  const CsrGraph& graph_;
  std::span<const NodeId> nodes_, place_;
  std::vector<double> scale_, trivial_;
};

/// The leading eigenvectors, largest eigenvalue first, at most `count`.
Eigen::MatrixXd dense_vectors(const DeflatedAdjacency& matrix, std::int64_t count) {
  const Eigen::Index n = matrix.rows();
  Eigen::MatrixXd dense(n, n);
  Eigen::VectorXd unit = Eigen::VectorXd::Zero(n);
  for (Eigen::Index j = 0; j < n; ++j) {
    unit[j] = 1.0;
    matrix.perform_op(unit.data(), dense.col(j).data());
    unit[j] = 0.0;
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(dense);
  if (solver.info() != Eigen::Success) {
    throw NumericError(concat("laplacian_encoding: the eigenvalues of a component of ", n, " nodes do not settle"));
  }
  return solver.eigenvectors().rowwise().reverse().leftCols(count);
}

Eigen::MatrixXd sparse_vectors(DeflatedAdjacency& matrix, std::int64_t count, std::int64_t max_restarts) {
  const Eigen::Index basis = std::min<Eigen::Index>(matrix.rows(), 2 * count + 16);
  // Most graphs settle in the first round; in paths and grids eigenvalues lie closer than rounding lets apart.
  for (const double tolerance : {1e-5, 1e-2}) {
    Spectra::SymEigsSolver<DeflatedAdjacency> solver(matrix, count, basis);
    solver.init();
    const Eigen::Index settled = solver.compute(Spectra::SortRule::LargestAlge, max_restarts, tolerance);
    if (settled >= count || tolerance == 1e-2) {
      return solver.eigenvectors();
    }
  }
  return {};
}

/// Sum of squares n and the sign that the header promises.
void normalize(Eigen::Ref<Eigen::VectorXd> x) {
  x *= std::sqrt(static_cast<double>(x.size())) / x.norm();
  // What a sum that vanishes may be when the iteration stops.
  constexpr double kVanishes = 1e-3;
  double sign = x.array().cube().sum() / static_cast<double>(x.size());
  for (Eigen::Index i = 0; std::abs(sign) < kVanishes && i < x.size(); ++i) {
    sign = x[i];
  }
  if (sign < 0.0) {
    x = -x;
  }
}

void write_component(const CsrGraph& graph, std::span<const NodeId> nodes, std::span<const NodeId> place,
                     std::int64_t num_vectors, const LaplacianOptions& options, float* out) {
  const auto n = static_cast<std::int64_t>(nodes.size());
  if (n < 2) {
    return;
  }
  const std::int64_t count = std::min(num_vectors, n - 1);
  DeflatedAdjacency matrix(graph, nodes, place);
  Eigen::MatrixXd vectors = n <= options.dense_nodes || n <= 2 * count + 16
                                ? dense_vectors(matrix, count)
                                : sparse_vectors(matrix, count, options.max_restarts);
  for (Eigen::Index j = 0; j < vectors.cols(); ++j) {
    normalize(vectors.col(j));
    for (Eigen::Index i = 0; i < vectors.rows(); ++i) {
      out[static_cast<std::int64_t>(nodes[static_cast<std::size_t>(i)]) * num_vectors + j] =
          static_cast<float>(vectors(i, j));
    }
  }
}

}  // namespace

Buffer<float> laplacian_encoding(const MessageBlock& block, std::int64_t num_vectors, const LaplacianOptions& options) {
  require(num_vectors >= 1, "laplacian_encoding: num_vectors is ", num_vectors, ", expected at least 1");
  require(block.num_inputs() == block.num_outputs(), "laplacian_encoding: the block has ", block.num_inputs(),
          " inputs and ", block.num_outputs(), " outputs, expected as many of both");
  const CsrGraph graph = CsrGraph::from_edges(block.num_outputs(), edges_of(block.graph()),
                                              {.symmetrize = true, .self_loops = GraphOptions::SelfLoops::remove});
  const Components components = components_of(graph);
  Buffer<float> result(static_cast<std::size_t>(block.num_outputs() * num_vectors), 0.0F);
  const auto is_small = [&](std::int64_t c) {
    return static_cast<std::int64_t>(components.nodes_of(c).size()) <= options.dense_nodes;
  };
  const auto write = [&](std::int64_t c) {
    write_component(graph, components.nodes_of(c), components.place, num_vectors, options, result.data());
  };
  // Small components side by side; large ones one after the other, each in parallel.
  parallel_for(components.count(), 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {
      if (is_small(c)) {
        write(c);
      }
    }
  });
  for (std::int64_t c = 0; c < components.count(); ++c) {
    if (!is_small(c)) {
      write(c);
    }
  }
  return result;
}

}  // namespace weft
