// Eigenvectors of the Laplacian as coordinates of nodes: what sine waves are to a path, for any graph.
#pragma once

#include <cstdint>

#include "weft/core/buffer.hpp"
#include "weft/graph/message_block.hpp"

namespace weft {

struct LaplacianOptions {
  /// Components with at most so many nodes go to a dense solver.
  std::int64_t dense_nodes = 128;
  /// Restarts of the iteration on larger ones, at most.
  std::int64_t max_restarts = 40;
};

/// The eigenvectors of I - D^-1/2 A D^-1/2 for the `num_vectors` smallest eigenvalues above the trivial 0 (Belkin,
/// Niyogi 2003; Dwivedi et al. 2020), [n, num_vectors]. A is the graph without loops, an edge counting in both
/// directions. Throws ArgumentError for a block with other inputs than outputs.
///
/// Every connected component is decomposed alone, so that a union of graphs has the encodings of its parts and 0 is a
/// simple eigenvalue: column j holds the j-th nontrivial eigenvector of each component, smallest eigenvalue first.
/// A component of c nodes has c - 1 of them; columns beyond are 0, as are isolated nodes. Each vector is scaled to
/// sum of squares c, so that entries have the same size in components of any size. Its sign is the one that makes the
/// sum of cubes positive, or where that vanishes by symmetry, the first entry that does not. Where an eigenvalue is
/// repeated, any basis of its space is as good; the one that the solver takes depends on the order of nodes.
///
/// Dense: O(c^3), at most dense_nodes^2 a node. Else restarted Lanczos without inverting anything, each restart
/// O(k m + k^2 n) time for k = num_vectors, O(k n) memory: linear in the graph because the restarts are bounded. A
/// vector that has not settled to a residual of 1e-2 by then is 0.
[[nodiscard]] Buffer<float> laplacian_encoding(const MessageBlock& block, std::int64_t num_vectors,
                                               const LaplacianOptions& options = {});

}  // namespace weft
