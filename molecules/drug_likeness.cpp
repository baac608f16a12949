#include "weft/molecules/drug_likeness.hpp"

#ifdef WEFT_WITH_RDKIT

#include <GraphMol/ChemTransforms/ChemTransforms.h>
#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Descriptors/Lipinski.h>
#include <GraphMol/Descriptors/MolDescriptors.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/Substruct/SubstructMatch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "weft/molecules/drug_likeness_patterns.hpp"

namespace weft {
namespace {

std::shared_ptr<const RDKit::ROMol> pattern(const char* smarts) {
  return std::shared_ptr<const RDKit::ROMol>(RDKit::SmartsToMol(smarts));
}

std::size_t num_matches(const RDKit::ROMol& molecule, const RDKit::ROMol& query, unsigned most) {
  RDKit::SubstructMatchParameters parameters;
  parameters.maxMatches = most;
  return RDKit::SubstructMatch(molecule, query, parameters).size();
}

/// How a property makes a molecule desirable (the paper's equation 2), from a rise, a fall and their widths.
struct Desirability {
  double a, b, c, d, e, f, largest;
  double weight;

  [[nodiscard]] double of(double x) const {
    const double rise = 1.0 + std::exp(-(x - c + d / 2.0) / e);
    const double fall = 1.0 + std::exp(-(x - c - d / 2.0) / f);
    return (a + b / rise * (1.0 - 1.0 / fall)) / largest;
  }
};

/// Molecular weight, log P, acceptors, donors, polar surface, rotatable bonds, aromatic rings, alerts.
constexpr std::array<Desirability, 8> kDesirabilities = {{
    {2.817065973, 392.5754953, 290.7489764, 2.419764353, 49.22325677, 65.37051707, 104.9805561, 0.66},
    {3.172690585, 137.8624751, 2.534937431, 4.581497897, 0.822739154, 0.576295591, 131.3186604, 0.46},
    {2.948620388, 160.4605972, 3.615294657, 4.435986202, 0.290141953, 1.300669958, 148.7763046, 0.05},
    {1.618662227, 1010.051101, 0.985094388, 0.000000001, 0.713820843, 0.920922555, 258.1632616, 0.61},
    {1.876861559, 125.2232657, 62.90773554, 87.83366614, 12.01999824, 28.51324732, 104.5686167, 0.06},
    {0.010000000, 272.4121427, 2.558379970, 1.565547684, 1.271567166, 2.758063707, 105.4420403, 0.65},
    {3.217788970, 957.7374108, 2.274627939, 0.000000001, 1.317690384, 0.375760881, 312.3372610, 0.48},
    {0.010000000, 1199.094025, -0.09002883, 0.000000001, 0.185904477, 0.875193782, 417.7253140, 0.95},
}};

/// Rings that are left once the atoms of rings with a bond to a nonaromatic atom are gone.
double count_aromatic_rings(const RDKit::ROMol& molecule, const RDKit::ROMol& aliphatic_ring_atom) {
  const std::unique_ptr<RDKit::ROMol> left(RDKit::deleteSubstructs(molecule, aliphatic_ring_atom));
  if (left->getRingInfo()->isInitialized()) {
    left->getRingInfo()->reset();
  }
  return RDKit::MolOps::findSSSR(*left);
}

/// Centers of chirality, assigned or not.
double count_chiral_centers(RDKit::ROMol& molecule) {
  RDKit::MolOps::assignStereochemistry(molecule, false, true, true);
  double count = 0.0;
  for (const RDKit::Atom* atom : molecule.atoms()) {
    count +=
        atom->hasProp(RDKit::common_properties::_CIPCode) || atom->hasProp(RDKit::common_properties::_ChiralityPossible)
            ? 1.0
            : 0.0;
  }
  return count;
}

/// The raw score on its scale from 1 to 10, smooth at the upper end.
double on_ten_point_scale(double raw) {
  constexpr double kLeast = -4.0, kMost = 2.5;
  double score = 11.0 - (raw - kLeast + 1.0) / (kMost - kLeast) * 9.0;
  if (score > 8.0) {
    score = 8.0 + std::log(score - 8.0);
  }
  return std::clamp(score, 1.0, 10.0);
}

}  // namespace

DrugLikeness::DrugLikeness() : aliphatic_ring_atom_(pattern("[$([A;R][!a])]")) {
  for (const char* smarts : kAcceptorPatterns) {
    acceptors_.push_back(pattern(smarts));
  }
  for (const char* smarts : kAlertPatterns) {
    alerts_.push_back(pattern(smarts));
  }
}

double DrugLikeness::of(const RDKit::ROMol& molecule) const {
  std::size_t acceptors = 0;
  for (const auto& query : acceptors_) {
    acceptors += num_matches(molecule, *query, 1000);
  }
  const auto has = [&](const auto& query) { return num_matches(molecule, *query, 1) > 0; };
  const std::array<double, 8> properties = {
      RDKit::Descriptors::calcAMW(molecule),
      RDKit::Descriptors::calcClogP(molecule),
      static_cast<double>(acceptors),
      static_cast<double>(RDKit::Descriptors::calcNumHBD(molecule)),
      RDKit::Descriptors::calcTPSA(molecule),
      static_cast<double>(RDKit::Descriptors::calcNumRotatableBonds(molecule, RDKit::Descriptors::Strict)),
      count_aromatic_rings(molecule, *aliphatic_ring_atom_),
      static_cast<double>(std::ranges::count_if(alerts_, has))};
  double sum = 0.0, weights = 0.0;
  for (std::size_t i = 0; i < properties.size(); ++i) {
    sum += kDesirabilities[i].weight * std::log(kDesirabilities[i].of(properties[i]));
    weights += kDesirabilities[i].weight;
  }
  return std::exp(sum / weights);
}

double synthetic_accessibility(RDKit::ROMol& molecule, const FragmentScores& scores) {
  const std::unique_ptr<RDKit::SparseIntVect<std::uint32_t>> fragments(
      RDKit::MorganFingerprints::getFingerprint(molecule, 2));
  double fragment_score = 0.0, occurrences = 0.0;
  for (const auto& [fragment, count] : fragments->getNonzeroElements()) {
    fragment_score += scores.of(fragment) * count;
    occurrences += count;
  }
  const double atoms = molecule.getNumAtoms();
  const auto kinds = static_cast<double>(fragments->getNonzeroElements().size());
  const auto& rings = molecule.getRingInfo()->atomRings();
  const bool has_macrocycle = std::ranges::any_of(rings, [](const auto& ring) { return ring.size() > 8; });
  const double complexity = std::pow(atoms, 1.005) - atoms + std::log10(count_chiral_centers(molecule) + 1.0) +
                            std::log10(RDKit::Descriptors::calcNumSpiroAtoms(molecule) + 1.0) +
                            std::log10(RDKit::Descriptors::calcNumBridgeheadAtoms(molecule) + 1.0) +
                            (has_macrocycle ? std::log10(2.0) : 0.0);
  // Symmetric molecules have fewer kinds of fragments than atoms, and are easier to make.
  const double symmetry = atoms > kinds ? 0.5 * std::log(atoms / kinds) : 0.0;
  return on_ten_point_scale(fragment_score / occurrences - complexity + symmetry);
}

}  // namespace weft

#endif
