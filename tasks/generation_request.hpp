// What a generator of graphs is beside its weights, and what it can be asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weft/molecules/molecules.hpp"
#include "weft/molecules/typed_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

class CodeVocabulary;

struct GeneratorTraits {
  /// How graphs are written.
  std::shared_ptr<const CodeVocabulary> vocabulary;
  /// Empty if the graphs are no molecules.
  std::vector<AtomType> alphabet;
  /// Properties that it can be asked for, with their mean and deviation in the training data.
  std::vector<std::string> property_names;
  std::vector<double> property_means, property_deviations;

  [[nodiscard]] bool makes_molecules() const { return !alphabet.empty(); }
};

/// The most graphs that are drawn at once, those that best_of leaves out included: all are held in memory.
inline constexpr std::int64_t kMostGraphsAtOnce = 10'000'000;

struct GenerationRequest {
  std::uint64_t seed = 0;
  /// 0.001 to 100.
  double temperature = 1.0;
  bool is_masked = true;
  /// "none", "planar", "tree"; empty: as trained.
  std::string constraint = {};
  /// Property and value, in the units of the data; each property once.
  std::vector<std::pair<std::string, double>> wishes = {};
  /// 0 to 100.
  double guidance = 0.5;
  /// Of so many candidates the likeliest by the model counts, 1 to 10000.
  std::int64_t best_of = 1;
  std::optional<TypedGraph> beginning = {};
};

}  // namespace weft
#pragma GCC visibility pop
