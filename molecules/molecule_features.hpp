// What the quality of molecules is computed from, one molecule at a time, by RDKit where Weft was built with it.
// Private.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weft/molecules/fragment_scores.hpp"
#include "weft/molecules/molecule_properties.hpp"
#include "weft/molecules/nspdk.hpp"

namespace weft {

/// Morgan, radius two, 1024 bits.
using Fingerprint = std::array<std::uint64_t, 16>;

/// All without stereochemistry.
struct MoleculeFeatures {
  std::string canonical;
  /// As kMoleculeProperties.
  std::array<double, kMoleculeProperties.size()> properties{};
  Fingerprint fingerprint{};
  /// Bemis and Murcko 1996; empty with fewer than two rings.
  std::string scaffold;
  /// Where retrosynthesis would cut (BRICS: Degen, Wegscheid-Gerlach, Zaliani, Rarey, ChemMedChem 2008).
  std::vector<std::string> fragments;
  /// Atoms by element, bonds by order; aromatic ones count as 1.
  NspdkGraph graph;
};

/// Whether Weft was built with RDKit.
[[nodiscard]] bool describes_molecules();

/// Canonical SMILES without stereochemistry of each, nothing where RDKit does not take the text for a molecule: one
/// with at least one atom whose valences and aromatic rings work out. In parallel. Throws ArgumentError without RDKit.
[[nodiscard]] std::vector<std::optional<std::string>> canonical_forms(std::span<const std::string> smiles);

/// The features of the molecules among the texts, in order. `scores`: nullptr makes accessibility NaN. In parallel.
/// Throws ArgumentError without RDKit.
[[nodiscard]] std::vector<MoleculeFeatures> describe_molecules(std::span<const std::string> smiles,
                                                               const FragmentScores* scores);

}  // namespace weft
