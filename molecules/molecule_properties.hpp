// Figures of molecules that chemists ask for and judge by. RDKit computes them.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// Water or fat (Wildman, Crippen 1999); synthetic accessibility from 1, easy, to 10 (Ertl, Schuffenhauer 2009);
/// drug-likeness from 0 to 1 (Bickerton et al. 2012); weight, daltons; topological polar surface, square angstroms;
/// rings.
inline constexpr std::array<std::string_view, 6> kMoleculeProperties = {"logp", "sa", "qed", "mw", "tpsa", "rings"};

/// One of them for each text: NaN where RDKit does not take the text for a molecule, or cannot tell (accessibility
/// needs the table of Debian's rdkit-data). In parallel. Throws ArgumentError for another name, or without RDKit.
[[nodiscard]] std::vector<double> molecule_property(std::string_view name, std::span<const std::string> smiles);

}  // namespace weft
