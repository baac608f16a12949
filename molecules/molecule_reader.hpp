// Molecules from SMILES, by RDKit where Weft was built with it. Private.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// Columns of an atom and of a bond, and how many values each has (Open Graph Benchmark, ogb.utils.features,
/// with ranges that keep odd atoms): atomic number; chirality (none, clockwise, counter-clockwise, other, rest);
/// neighbors with hydrogens; formal charge + 5; hydrogens; radical electrons; hybridization (SP, SP2, SP3, SP3D,
/// SP3D2, S, rest); aromatic; in a ring.
inline const std::vector<std::int64_t> kAtomCategories = {119, 5, 12, 12, 10, 6, 7, 2, 2};
/// Where some of them stand, and what is added to a charge.
inline constexpr std::int64_t kElementColumn = 0, kChargeColumn = 3, kHydrogensColumn = 4;
inline constexpr std::int32_t kChargeOffset = 5;
/// Single, double, triple, aromatic, other; stereo (none, any, Z, E, cis, trans); conjugated.
inline const std::vector<std::int64_t> kBondCategories = {5, 6, 2};
/// The first kinds of bonds are the orders 1, 2 and 3; this one follows.
inline constexpr std::int32_t kAromaticBond = 3;

/// The heavy atoms in the order of the SMILES.
struct Molecule {
  std::int64_t num_atoms = 0;
  /// [num_atoms, 9]
  std::vector<std::int32_t> atoms;
  /// Each bond once, with [bonds, 3].
  std::vector<Edge> bonds;
  std::vector<std::int32_t> bond_features;
  /// Bemis and Murcko 1996, as canonical SMILES without chirality; empty without rings.
  std::string scaffold;
};

/// Whether Weft was built with RDKit.
[[nodiscard]] bool reads_molecules();

/// False, and why in `problem`, if the text is no molecule. `scaffold` too only where it is wanted, since that
/// takes as long as all the rest.
[[nodiscard]] bool read_molecule(std::string_view smiles, bool with_scaffold, Molecule& molecule, std::string& problem);

/// RDKit's canonical SMILES without stereochemistry, aromatic bonds found anew. False if RDKit refuses the molecule,
/// or Weft was built without it.
[[nodiscard]] bool canonicalize_smiles(std::string_view smiles, std::string& canonical);

}  // namespace weft
