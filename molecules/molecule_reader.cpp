#include "weft/molecules/molecule_reader.hpp"

#include "weft/core/error.hpp"

#ifdef WEFT_WITH_RDKIT

#include <GraphMol/ChemTransforms/ChemTransforms.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>

#include <algorithm>
#include <memory>

#include "weft/molecules/parsed_smiles.hpp"

namespace weft {
namespace {

std::int32_t limited(std::int64_t value, std::int64_t categories) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, 0, categories - 1));
}

std::int32_t chirality(const RDKit::Atom& atom) {
  switch (atom.getChiralTag()) {
    case RDKit::Atom::CHI_UNSPECIFIED:
      return 0;
    case RDKit::Atom::CHI_TETRAHEDRAL_CW:
      return 1;
    case RDKit::Atom::CHI_TETRAHEDRAL_CCW:
      return 2;
    case RDKit::Atom::CHI_OTHER:
      return 3;
    default:
      return 4;
  }
}

std::int32_t hybridization(const RDKit::Atom& atom) {
  switch (atom.getHybridization()) {
    case RDKit::Atom::SP:
      return 0;
    case RDKit::Atom::SP2:
      return 1;
    case RDKit::Atom::SP3:
      return 2;
    case RDKit::Atom::SP3D:
      return 3;
    case RDKit::Atom::SP3D2:
      return 4;
    case RDKit::Atom::S:
      return 5;
    default:
      return 6;
  }
}

std::int32_t bond_kind(const RDKit::Bond& bond) {
  switch (bond.getBondType()) {
    case RDKit::Bond::SINGLE:
      return 0;
    case RDKit::Bond::DOUBLE:
      return 1;
    case RDKit::Bond::TRIPLE:
      return 2;
    case RDKit::Bond::AROMATIC:
      return 3;
    default:
      return 4;
  }
}

std::int32_t bond_stereo(const RDKit::Bond& bond) {
  switch (bond.getStereo()) {
    case RDKit::Bond::STEREOANY:
      return 1;
    case RDKit::Bond::STEREOZ:
      return 2;
    case RDKit::Bond::STEREOE:
      return 3;
    case RDKit::Bond::STEREOCIS:
      return 4;
    case RDKit::Bond::STEREOTRANS:
      return 5;
    default:
      return 0;
  }
}

void add_atom(const RDKit::Atom& atom, const RDKit::RingInfo& rings, Molecule& molecule) {
  const auto& most = kAtomCategories;
  const auto features = {limited(atom.getAtomicNum(), most[0]),
                         chirality(atom),
                         limited(atom.getTotalDegree(), most[2]),
                         limited(atom.getFormalCharge() + 5, most[3]),
                         limited(atom.getTotalNumHs(), most[4]),
                         limited(atom.getNumRadicalElectrons(), most[5]),
                         hybridization(atom),
                         std::int32_t{atom.getIsAromatic()},
                         std::int32_t{rings.numAtomRings(atom.getIdx()) > 0}};
  molecule.atoms.insert(molecule.atoms.end(), features.begin(), features.end());
}

}  // namespace

bool reads_molecules() {
  return true;
}

bool canonicalize_smiles(std::string_view smiles, std::string& canonical) {
  try {
    const std::unique_ptr<RDKit::RWMol> parsed = parsed_smiles(smiles);
    if (parsed == nullptr) {
      return false;
    }
    canonical = RDKit::MolToSmiles(*parsed, false);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool read_molecule(std::string_view smiles, bool with_scaffold, Molecule& molecule, std::string& problem) {
  molecule = {};
  if (smiles.size() > kLongestSmiles) {
    problem = concat("has ", smiles.size(), " letters, expected at most ", kLongestSmiles);
    return false;
  }
  if (const std::size_t at = first_foreign(smiles); at < smiles.size()) {
    // All bytes before are letters of their own.
    std::size_t end = at + 1;
    while (end < smiles.size() && (static_cast<unsigned char>(smiles[end]) & 0xc0U) == 0x80U) {
      ++end;
    }
    problem = concat("has '", smiles.substr(at, end - at), "' at letter ", at + 1,
                     ", expected letters of ASCII, digits and signs");
    return false;
  }
  try {
    const std::unique_ptr<RDKit::RWMol> parsed = parsed_smiles(smiles);
    if (parsed == nullptr) {
      problem = "is no molecule";
      return false;
    }
    molecule.num_atoms = parsed->getNumAtoms();
    for (const RDKit::Atom* atom : parsed->atoms()) {
      add_atom(*atom, *parsed->getRingInfo(), molecule);
    }
    for (const RDKit::Bond* bond : parsed->bonds()) {
      molecule.bonds.push_back({bond->getBeginAtomIdx(), bond->getEndAtomIdx()});
      const auto features = {bond_kind(*bond), bond_stereo(*bond), std::int32_t{bond->getIsConjugated()}};
      molecule.bond_features.insert(molecule.bond_features.end(), features.begin(), features.end());
    }
    if (with_scaffold) {
      const std::unique_ptr<RDKit::ROMol> scaffold(RDKit::MurckoDecompose(*parsed));
      molecule.scaffold = RDKit::MolToSmiles(*scaffold, false);
    }
    return true;
  } catch (const std::exception& error) {
    problem = concat("is refused by RDKit: ", error.what());
    return false;
  }
}

}  // namespace weft

#else

namespace weft {

bool reads_molecules() {
  return false;
}

bool canonicalize_smiles(std::string_view /*smiles*/, std::string& /*canonical*/) {
  return false;
}

bool read_molecule(std::string_view /*smiles*/, bool /*with_scaffold*/, Molecule& /*molecule*/, std::string& problem) {
  problem = "cannot be read: this Weft was built without RDKit";
  return false;
}

}  // namespace weft

#endif
