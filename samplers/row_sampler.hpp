// Batches of nodes without edges, for models that read no graph in training.
#pragma once

#include <cstdint>

#include "weft/samplers/sample.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {

/// The seeds of a batch are its inputs; its block has no edges.
class RowSampler {
 public:
  explicit RowSampler(SeedBatches batches) : batches_(std::move(batches)) {}

  [[nodiscard]] std::int64_t num_batches() const { return batches_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const;

 private:
  SeedBatches batches_;
};

}  // namespace weft
