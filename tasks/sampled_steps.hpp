// Steps on samples: a batch of labelled nodes each, the labels of its seeds learned.
#pragma once

#include <cstdint>
#include <memory>

#include "weft/tasks/labelled_problem.hpp"
#include "weft/tasks/loader.hpp"

namespace weft {

class SampledSteps final : public Steps {
 public:
  /// The loader draws the labelled nodes of the split's training part. `problem`, of nodes, must outlive the steps.
  SampledSteps(std::unique_ptr<Loader> loader, const LabelledProblem& problem, const Split& split)
      : loader_(std::move(loader)),
        problem_(problem),
        unit_(problem.unit_of(split)),
        num_seeds_(static_cast<std::int64_t>(problem.labelled(split.train).size())) {}

  [[nodiscard]] std::int64_t num_steps(std::int64_t) const override { return loader_->num_batches(); }
  void run_epoch(std::int64_t epoch, std::int64_t first, Visit visit) override;
  [[nodiscard]] StageTimes times() const override { return loader_->times(); }

 private:
  [[nodiscard]] Variable loss_of(const Batch& batch, const Variable& logits) const;

  std::unique_ptr<Loader> loader_;
  const LabelledProblem& problem_;
  TargetUnit unit_;
  std::int64_t num_seeds_;
};

}  // namespace weft
