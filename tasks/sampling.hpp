// Training and inference on samples of a graph: which sampler a job has, and what it draws from.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/layers/models.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/tasks/batches.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/prediction.hpp"

namespace weft {

/// Immutable; may be shared by runs.
class Sampling {
 public:
  /// `options`: those of a job, with sampler_options(). Edges are drawn by the column of their features that
  /// edge_weight names, by their times, or the column that edge_time names instead, or by their types. Everything must
  /// outlive this. Throws ArgumentError if the model cannot read the samples.
  Sampling(const ModelInput& input, const ModelTraits& model, const Options& options, const Graphs& graphs);

  /// Whether a job trains on samples.
  [[nodiscard]] static bool is_wanted(const Options& options) { return options.text("sampler") != "none"; }

  [[nodiscard]] const SamplerInfo& info() const { return info_; }
  /// Batches that predict `nodes`; another order in every epoch if `shuffle`.
  [[nodiscard]] std::unique_ptr<const Batches> batches(std::vector<NodeId> nodes, bool shuffle,
                                                       std::uint64_t seed) const;

 private:
  const ModelInput& input_;
  const Options& options_;
  const SamplerInfo& info_;
  std::int64_t num_hops_;
  std::shared_ptr<const Origin> origin_;
  std::vector<float> edge_weights_;
  /// Views, or of what is held here.
  std::span<const std::int64_t> edge_times_, node_times_;
  std::vector<std::int64_t> times_of_column_;
  std::vector<std::uint16_t> edge_types_;
};

/// Throws ArgumentError if the model cannot read samples of this kind.
void require_readable(const SamplerInfo& sampler, const ModelTraits& model, const ModelInput& input);

}  // namespace weft
