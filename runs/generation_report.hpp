// weft generate --report: how good generated graphs are beside those that their generator learned from, as figures and
// as a page.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "weft/generation/graph_sampler.hpp"
#include "weft/generation/graph_validity.hpp"
#include "weft/io/dataset.hpp"
#include "weft/tasks/generation_request.hpp"

namespace weft {

class TrainedModel;

/// The share of `count` graphs that are valid although they are drawn without the mask: what the model itself knows of
/// the rules. `kind`: what plain graphs must be.
[[nodiscard]] double valid_without_mask(const TrainedModel& generator, std::int64_t count, GenerationRequest request,
                                        GraphKind kind);

/// The split of the dataset that graphs of the generator, which learned from a split of this name, are compared with.
/// Throws ArgumentError if there is none to compare with: other graphs, no such split, or one without a test part.
[[nodiscard]] const Split& split_to_compare(const GeneratorTraits& generator, const Dataset& dataset,
                                            const std::string& name);

/// What was generated, and what it is compared with. Views.
struct GenerationReport {
  /// Keeps the order in which keys were written.
  using Json = nlohmann::ordered_json;

  const GeneratorTraits& generator;
  std::span<const SampledGraph> samples;
  /// Molecules: one for each sample, empty where it is none.
  std::span<const std::string> smiles;
  /// The generator's data, and the split whose training part it learned from; the test part is the reference.
  const Dataset& dataset;
  const Split& split;
  /// What plain graphs must be to count as valid.
  GraphKind kind = GraphKind::any;
  /// The share of as many graphs drawn without the mask that are valid.
  double valid_unmasked = 0.0;

  /// Fills `json` with every figure that the field reports, by the names of the command line's contract, and `page`
  /// with them, graphs drawn, and distributions of sizes and properties beside those of the data: one HTML file. Throws
  /// ArgumentError as split_to_compare() does, for molecules also if Weft was built without RDKit.
  void write(Json& json, std::string& page) const;
};

}  // namespace weft
