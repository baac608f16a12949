#include "weft/tasks/sampled_steps.hpp"

#include <vector>

#include "weft/tensor/dense_ops.hpp"

namespace weft {

void SampledSteps::run_epoch(std::int64_t epoch, std::int64_t first, Visit visit) {
  loader_->run(epoch, first, [&](const Batch& batch) {
    return visit([&](const NodeModel& model, Pass& pass) {
      return loss_of(batch, model.forward(batch.view(), batch.input(), pass).logits);
    });
  });
}

Variable SampledSteps::loss_of(const Batch& batch, const Variable& logits) const {
  if (batch.seeds.empty()) {
    // A subgraph without labels: the step has no gradient.
    return scale(sum(logits), 0.0F);
  }
  const std::vector<std::int64_t> rows(batch.seed_rows.begin(), batch.seed_rows.end()),
      nodes(batch.seeds.begin(), batch.seeds.end());
  // The weighted sum estimates that over all seeds, so their number makes it a mean.
  return problem_.loss(
      logits,
      {.logits = rows, .labels = nodes, .weights = batch.seed_weights, .divisor = static_cast<double>(num_seeds_)},
      unit_);
}

}  // namespace weft
