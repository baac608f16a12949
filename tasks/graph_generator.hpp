// A trained generator of graphs: read from a model file, drawn from by other programs.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/core/progress.hpp"
#include "weft/generation/graph_sampler.hpp"
#include "weft/molecules/molecules.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct ModelFile;

/// Everything that a generator is beside its weights.
struct GeneratorTraits {
  std::string dataset;
  Options options;
  CodeVocabulary vocabulary;
  /// Empty if the graphs are no molecules.
  std::vector<AtomType> alphabet;
  /// Figures that it can be asked for, with their mean and deviation in the training data.
  std::vector<std::string> property_names;
  std::vector<double> property_means, property_deviations;
};

struct GenerationRequest {
  std::uint64_t seed = 0;
  double temperature = 1.0;
  bool is_masked = true;
  /// "none", "planar", "tree"; empty: as trained.
  std::string constraint = {};
  /// Property and value, in the units of the data.
  std::vector<std::pair<std::string, double>> wishes = {};
  double guidance = 0.5;
  /// Of so many candidates the likeliest by the model counts.
  std::int64_t best_of = 1;
  std::optional<TypedGraph> beginning = {};
};

class GraphGenerator {
 public:
  GraphGenerator(GeneratorTraits traits, std::unique_ptr<SequenceModel> model);
  /// Reads a model file, or the model.h5 in a run folder. Throws DataError naming file and object.
  [[nodiscard]] static GraphGenerator load(const std::filesystem::path& path);

  /// As sample_graphs(). Throws ArgumentError for a property that the model does not know.
  [[nodiscard]] std::vector<SampledGraph> sample(std::int64_t count, const GenerationRequest& request,
                                                 const ProgressCallback& progress = {}) const;

  [[nodiscard]] const GeneratorTraits& traits() const { return traits_; }
  [[nodiscard]] const SequenceModel& model() const { return *model_; }
  [[nodiscard]] bool makes_molecules() const { return !traits_.alphabet.empty(); }

 private:
  GeneratorTraits traits_;
  std::shared_ptr<const SequenceModel> model_;
};

/// Whether a model file holds a generator.
[[nodiscard]] bool is_generator_model(std::string_view model);

/// An untrained model for these traits.
[[nodiscard]] std::unique_ptr<SequenceModel> make_sequence_model(const GeneratorTraits& traits, const Random& random);

/// Traits as settings and numbers of a file, and back. Throws ArgumentError if they make no generator.
void put_traits(const GeneratorTraits& traits, ModelFile& file);
[[nodiscard]] GeneratorTraits traits_of(const ModelFile& file);

}  // namespace weft
#pragma GCC visibility pop
