#include "weft/tasks/trained_generator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <set>

#include "weft/core/error.hpp"
#include "weft/generation/sequence_model.hpp"
#include "weft/io/text_lists.hpp"
#include "weft/train/model_state.hpp"

namespace weft {

namespace {

/// The larger matrices of a SequenceModel.
double num_weights(const SequenceShape& shape, const Options& options) {
  const auto d = static_cast<double>(options.integer("hidden")),
             layers = static_cast<double>(options.integer("layers"));
  const auto categories = static_cast<double>(
      std::accumulate(shape.input_categories.begin(), shape.input_categories.end(), std::int64_t{0}));
  return d * (categories + 2.0 * static_cast<double>(shape.properties) + static_cast<double>(shape.vocabulary)) +
         layers * 11.0 * d * d;
}

}  // namespace

std::unique_ptr<SequenceModel> make_sequence_model(const GeneratorTraits& traits, const Options& options,
                                                   const Random& random, WeightCopies copies) {
  const SequenceShape shape{.input_categories = traits.vocabulary->input_categories(),
                            .vocabulary = traits.vocabulary->size(),
                            .properties = static_cast<std::int64_t>(traits.property_names.size()),
                            .clue_features = traits.vocabulary->num_clue_features()};
  require_memory_for(kGeneratorModel, num_weights(shape, options), copies);
  return std::make_unique<SequenceModel>(shape,
                                         SequenceModelOptions{.hidden = options.integer("hidden"),
                                                              .layers = options.integer("layers"),
                                                              .heads = options.integer("heads"),
                                                              .dropout = static_cast<float>(options.real("dropout"))},
                                         random);
}

void put_traits(const GeneratorTraits& traits, ModelFile& file) {
  file.config["property_names"] = joined(traits.property_names);
  file.numbers["vocabulary"] = traits.vocabulary->to_numbers();
  std::vector<std::int64_t> atoms;
  for (const AtomType& atom : traits.alphabet) {
    atoms.insert(atoms.end(), {atom.element, atom.charge});
  }
  file.numbers["alphabet"] = std::move(atoms);
  file.numbers["property_means"] = traits.property_means;
  file.numbers["property_deviations"] = traits.property_deviations;
}

GeneratorTraits traits_of(const ModelFile& file) {
  GeneratorTraits traits;
  traits.vocabulary = std::make_shared<const CodeVocabulary>(CodeVocabulary::from_numbers(file.integers("vocabulary")));
  const std::vector<std::int64_t>& atoms = file.integers("alphabet");
  require(atoms.empty() || static_cast<std::int64_t>(atoms.size()) == 2 * traits.vocabulary->num_types(),
          "the alphabet has ", atoms.size(), " numbers for ", traits.vocabulary->num_types(),
          " types, expected two each");
  for (std::size_t i = 0; i < atoms.size(); i += 2) {
    require(atoms[i] >= 1 && atoms[i] <= 118 && std::abs(atoms[i + 1]) <= 20, "the alphabet has element ", atoms[i],
            " with charge ", atoms[i + 1]);
    traits.alphabet.push_back({static_cast<std::int32_t>(atoms[i]), static_cast<std::int32_t>(atoms[i + 1])});
  }
  traits.property_names = parts_of(file.text("property_names"));
  traits.property_means = file.reals("property_means");
  traits.property_deviations = file.reals("property_deviations");
  require(traits.property_means.size() == traits.property_names.size() &&
              traits.property_deviations.size() == traits.property_names.size(),
          "there are ", traits.property_means.size(), " means for ", traits.property_names.size(), " properties");
  return traits;
}

namespace {

void check(std::int64_t count, const GenerationRequest& request) {
  constexpr std::int64_t kMostCandidates = 10000;
  constexpr double kLeastHeat = 1e-3, kMostHeat = 100.0, kMostGuidance = 100.0;
  require(request.best_of >= 1 && request.best_of <= kMostCandidates, "generate: best_of is ", request.best_of,
          ", expected 1 to ", kMostCandidates);
  require(count >= 0 && count <= kMostGraphsAtOnce / request.best_of, "generate: ", count, " graphs, each the best of ",
          request.best_of, ", are asked for, expected 0 to ", kMostGraphsAtOnce, " at once");
  require(request.temperature >= kLeastHeat && request.temperature <= kMostHeat, "generate: the temperature is ",
          request.temperature, ", expected ", kLeastHeat, " to ", kMostHeat);
  require(request.guidance >= 0.0 && request.guidance <= kMostGuidance, "generate: the guidance is ", request.guidance,
          ", expected 0 to ", kMostGuidance);
  std::set<std::string_view> names;
  for (const auto& [name, value] : request.wishes) {
    require(std::isfinite(value), "generate: '", name, "' is wished to be ", value, ", expected a finite number");
    require(names.insert(name).second, "generate: '", name, "' is wished for twice, expected each property once");
  }
}

}  // namespace

TrainedGenerator::TrainedGenerator(ModelDescription described, const ModelFile& file)
    : TrainedTask(std::move(described)), traits_(traits_of(file)) {
  std::unique_ptr<SequenceModel> model = make_sequence_model(traits_, description().options, Random(0));
  set_state(*model, file.tensors);
  model_ = std::move(model);
}

std::vector<SampledGraph> TrainedGenerator::generate(std::int64_t count, const GenerationRequest& request,
                                                     const ProgressCallback& progress) const {
  check(count, request);
  SamplingOptions options{.seed = request.seed,
                          .temperature = request.temperature,
                          .is_masked = request.is_masked,
                          .guidance = request.guidance,
                          .beginning = request.beginning};
  options.constraint =
      make_graph_constraint(request.constraint.empty() ? description().options.text("constraint") : request.constraint);
  if (!request.wishes.empty()) {
    options.properties.assign(traits_.property_names.size(), std::numeric_limits<float>::quiet_NaN());
  } else {
    options.guidance = 0.0;
  }
  for (const auto& [name, value] : request.wishes) {
    const auto found = std::ranges::find(traits_.property_names, name);
    require(found != traits_.property_names.end(), "generate: the model cannot be asked for '", name,
            "'; it was trained with ", traits_.property_names.empty() ? "no properties" : "other properties than that");
    const auto j = static_cast<std::size_t>(found - traits_.property_names.begin());
    options.properties[j] = static_cast<float>((value - traits_.property_means[j]) / traits_.property_deviations[j]);
    require(std::isfinite(options.properties[j]), "generate: '", name, "' is wished to be ", value,
            ", which is beyond all numbers; in the training data it is ", traits_.property_means[j], " on average");
  }
  std::vector<SampledGraph> all =
      sample_graphs(*model_, *traits_.vocabulary, count * request.best_of, options, progress);
  if (request.best_of == 1) {
    return all;
  }
  // By length, or the shortest graphs would always be the likeliest.
  const auto score = [](const SampledGraph& x) {
    return x.log_likelihood /
           static_cast<double>(x.graph.num_nodes() + static_cast<std::int64_t>(x.graph.edges.size()));
  };
  std::vector<SampledGraph> best;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto first = all.begin() + i * request.best_of;
    best.push_back(std::move(*std::max_element(first, first + request.best_of,
                                               [&](const auto& a, const auto& b) { return score(a) < score(b); })));
  }
  return best;
}

}  // namespace weft
