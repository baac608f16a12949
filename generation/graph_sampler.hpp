// Drawing graphs from a trained sequence model: under the vocabulary's mask, a few hundred at a time on each thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "weft/core/progress.hpp"
#include "weft/generation/graph_constraint.hpp"
#include "weft/generation/sequence_model.hpp"
#include "weft/molecules/typed_graph.hpp"

namespace weft {

struct SamplingOptions {
  std::uint64_t seed = 0;
  /// Divides the logits: below 1 likelier graphs, above 1 more varied ones.
  double temperature = 1.0;
  /// Only among tokens that keep to the rules. Without, a graph may turn out not to be one.
  bool is_masked = true;
  /// More than valences; may be null.
  std::shared_ptr<const GraphConstraint> constraint = {};
  /// What the graphs should be like, in the model's own units (z-scores), NaN: no wish. Empty: none at all.
  std::vector<float> properties = {};
  /// Classifier-free guidance w (Ho, Salimans 2022): logits (1 + w) l_wish - w l_none. 0: the wish alone.
  double guidance = 0.0;
  /// Every graph begins with this one, coded anew for each; it may grow only along the way back from its last node to
  /// its first. Must be writable in the vocabulary.
  std::optional<TypedGraph> beginning = {};
};

/// `count` graphs. Graph i is a function of model, options and count alone, whatever the number of threads. Throws
/// ArgumentError if options do not fit the model.
[[nodiscard]] std::vector<SampledGraph> sample_graphs(const SequenceModel& model, const CodeVocabulary& vocabulary,
                                                      std::int64_t count, const SamplingOptions& options,
                                                      const ProgressCallback& progress = {});

}  // namespace weft
