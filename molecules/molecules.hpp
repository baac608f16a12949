// Molecules as typed graphs: a type is an element with a formal charge, a label a bond order from 1 to 3 (Kekulé's
// form); hydrogens are what the usual valence leaves over. No chemistry library is needed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/molecules/typed_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct AtomType {
  std::int32_t element = 6;
  std::int32_t charge = 0;
  friend auto operator<=>(const AtomType&, const AtomType&) = default;
};

/// "C", "Cl", ... for element 1 to 118. Throws ArgumentError for another number.
[[nodiscard]] std::string_view element_symbol(std::int32_t element);

/// Hydrogens on an atom whose bonds to other atoms have orders that add up to `used`: up to the next usual valence.
/// Throws ArgumentError for a charge beyond 20 or `used` below 0.
[[nodiscard]] std::int32_t hydrogens_of(const AtomType& atom, std::int32_t used);

/// A bond as chemists write it down.
struct AromaticBond {
  NodeId a = 0, b = 0;
  /// 1 to 3; of no account where the bond is aromatic.
  std::int32_t order = 1;
  bool is_aromatic = false;
};

/// Puts alternating single and double bonds in place of aromatic ones, so that every atom has the hydrogens given.
/// False, and nothing changed, if that cannot be done. Throws ArgumentError unless there are hydrogens for each atom
/// and bonds join two of them with an order from 1 to 3.
[[nodiscard]] bool kekulize(std::span<const AtomType> atoms, std::span<const std::int32_t> hydrogens,
                            std::span<AromaticBond> bonds);

/// SMILES in Kekulé's form, atoms in the order of a search from node 0; components are parted by dots. `alphabet` says
/// what each type of the graph is. Not canonical. Throws ArgumentError on labels other than 1 to 3, types that are not
/// in the alphabet, and elements and charges that there are none of.
[[nodiscard]] std::string write_smiles(const TypedGraph& graph, std::span<const AtomType> alphabet);

}  // namespace weft
#pragma GCC visibility pop
