// Generated graphs as other things: SMILES, a dataset.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/molecules/typed_graph.hpp"
#include "weft/tasks/generation_request.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Of molecules, one for each; empty where the graph is none. Canonical where Weft was built with RDKit. Of other
/// graphs there are none.
[[nodiscard]] std::vector<std::string> smiles_of(std::span<const SampledGraph> samples, const GeneratorTraits& traits);

/// The whole graphs end to end, with types and labels; molecules with atomic numbers, bond orders and their SMILES.
[[nodiscard]] Dataset dataset_of(std::span<const SampledGraph> samples, const GeneratorTraits& traits,
                                 std::span<const std::string> smiles);

}  // namespace weft
#pragma GCC visibility pop
