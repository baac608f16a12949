#include "weft/train/sampled_steps.hpp"

#include <vector>

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/losses.hpp"

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
  std::vector<std::int64_t> labels(static_cast<std::size_t>(logits.rows()), -1), rows;
  for (std::size_t i = 0; i < batch.seeds.size(); ++i) {
    rows.push_back(batch.seed_rows[i]);
    labels[batch.seed_rows[i]] = labels_[batch.seeds[i]];
  }
  if (batch.seed_weights.empty()) {
    return cross_entropy(logits, labels, rows);
  }
  // The weighted sum estimates that over all seeds, so their number makes it a mean.
  return weighted_cross_entropy(logits, labels, rows, batch.seed_weights, static_cast<double>(num_seeds_));
}

}  // namespace weft
