// Steps on samples: a batch of labelled nodes each, the classes of its seeds learned.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "weft/train/loader.hpp"
#include "weft/train/problem.hpp"

namespace weft {

class SampledSteps final : public Steps {
 public:
  /// labels: of all nodes of the graph; they must outlive the steps. num_seeds: all that an epoch predicts.
  SampledSteps(std::unique_ptr<Loader> loader, std::span<const std::int64_t> labels, std::int64_t num_seeds)
      : loader_(std::move(loader)), labels_(labels), num_seeds_(num_seeds) {}

  [[nodiscard]] std::int64_t num_steps(std::int64_t) const override { return loader_->num_batches(); }
  void run_epoch(std::int64_t epoch, std::int64_t first, Visit visit) override;
  [[nodiscard]] StageTimes times() const override { return loader_->times(); }

 private:
  [[nodiscard]] Variable loss_of(const Batch& batch, const Variable& logits) const;

  std::unique_ptr<Loader> loader_;
  std::span<const std::int64_t> labels_;
  std::int64_t num_seeds_;
};

}  // namespace weft
