// A generator that was trained: its model, what it is beside its weights, and both in a model file.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/core/random.hpp"
#include "weft/generation/graph_sampler.hpp"
#include "weft/generation/sequence_model.hpp"
#include "weft/io/model_file.hpp"
#include "weft/layers/weight_memory.hpp"
#include "weft/tasks/generation_request.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {

/// What the command line calls the model.
inline constexpr std::string_view kGeneratorModel = "sequence";

class TrainedGenerator final : public TrainedTask {
 public:
  TrainedGenerator(ModelDescription description, const ModelFile& file);

  /// As sample_graphs(). Throws ArgumentError for a property that the model does not know, and for numbers out of the
  /// ranges that GenerationRequest names.
  [[nodiscard]] std::vector<SampledGraph> generate(std::int64_t count, const GenerationRequest& request,
                                                   const ProgressCallback& progress) const override;
  [[nodiscard]] const GeneratorTraits& generator() const override { return traits_; }

 private:
  GeneratorTraits traits_;
  std::unique_ptr<const SequenceModel> model_;
};

/// An untrained model for these traits. `options` holds at least hidden, layers, heads and dropout. Throws
/// ArgumentError if so many copies of its weights do not fit in the machine's memory.
[[nodiscard]] std::unique_ptr<SequenceModel> make_sequence_model(const GeneratorTraits& traits, const Options& options,
                                                                 const Random& random,
                                                                 WeightCopies copies = WeightCopies::weights);

/// Traits as settings and numbers of a file, and back. Throws ArgumentError if they make no generator.
void put_traits(const GeneratorTraits& traits, ModelFile& file);
[[nodiscard]] GeneratorTraits traits_of(const ModelFile& file);

}  // namespace weft
