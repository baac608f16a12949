// Batches that are the subgraphs on parts of the nodes: of a partition made once (Cluster-GCN), or of one drawn anew in
// every epoch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/reusable.hpp"
#include "weft/samplers/sample.hpp"

namespace weft {

struct SubgraphScratch;

struct ClusterSamplerOptions {
  /// How many parts, drawn anew in every epoch, make a batch.
  std::int64_t parts_per_batch = 1;
  /// Fills SampledBlock::edges.
  bool keep_edges = false;
  std::uint64_t seed = 0;
};

/// Cluster-GCN (Chiang, Liu, Si, Li, Bengio, Hsieh, "Cluster-GCN: an efficient algorithm for training deep and large
/// graph convolutional networks", KDD 2019, algorithm 1): parts joined at random, with the edges between them. Every
/// node is in one batch of an epoch.
class ClusterSampler {
 public:
  /// part_of: [num_nodes] the part of each node, 0 .. number of parts. Seeds are the nodes of a batch among
  /// `seeds`. Throws ArgumentError for another length.
  ClusterSampler(CsrGraph graph, std::span<const std::int32_t> part_of, const std::vector<NodeId>& seeds,
                 const ClusterSamplerOptions& options = {});

  [[nodiscard]] std::int64_t num_parts() const { return static_cast<std::int64_t>(part_begin_.size()) - 1; }
  [[nodiscard]] std::int64_t num_batches() const {
    return (num_parts() + options_.parts_per_batch - 1) / options_.parts_per_batch;
  }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;

 private:
  CsrGraph graph_;
  ClusterSamplerOptions options_;
  /// The nodes of part p, ascending: nodes_[part_begin_[p] .. part_begin_[p + 1]).
  std::vector<std::int64_t> part_begin_;
  std::vector<NodeId> nodes_;
  std::vector<char> is_seed_;
  Reusable<SubgraphScratch> scratch_;
};

struct RandomPartSamplerOptions {
  std::int64_t num_parts = 8;
  /// Fills SampledBlock::edges.
  bool keep_edges = false;
  std::uint64_t seed = 0;
};

/// Parts of equal size, up to one node, drawn anew in every epoch: how models that attend to all pairs of nodes train
/// on large graphs (Wu et al., "SGFormer", NeurIPS 2023; Deng, Yue, Zhang, "Polynormer", ICLR 2024).
class RandomPartSampler {
 public:
  /// Throws ArgumentError for fewer than one part. With fewer nodes than parts some are empty.
  RandomPartSampler(CsrGraph graph, const std::vector<NodeId>& seeds, const RandomPartSamplerOptions& options = {});

  [[nodiscard]] std::int64_t num_batches() const { return options_.num_parts; }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;

 private:
  CsrGraph graph_;
  RandomPartSamplerOptions options_;
  std::vector<char> is_seed_;
  Reusable<SubgraphScratch> scratch_;
};

}  // namespace weft
