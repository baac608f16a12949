#include "weft/molecules/molecule_features.hpp"

#include "weft/core/error.hpp"

#ifdef WEFT_WITH_RDKIT

#include <DataStructs/ExplicitBitVect.h>
#include <GraphMol/ChemTransforms/ChemTransforms.h>
#include <GraphMol/ChemTransforms/MolFragmenter.h>
#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Descriptors/Lipinski.h>
#include <GraphMol/Descriptors/MolDescriptors.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string_view>

#include "weft/core/parallel.hpp"
#include "weft/molecules/drug_likeness.hpp"
#include "weft/molecules/molecule_metrics.hpp"
#include "weft/molecules/parsed_smiles.hpp"

namespace weft {
namespace {

// Molecules a task: the patterns of drug-likeness are parsed for each.
constexpr std::int64_t kGrain = 256;

/// nullptr, or an exception of RDKit's, if it is no molecule.
std::unique_ptr<RDKit::RWMol> parsed(std::string_view smiles) {
  std::unique_ptr<RDKit::RWMol> molecule = parsed_smiles(smiles);
  if (molecule != nullptr) {
    RDKit::MolOps::removeStereochemistry(*molecule);
  }
  return molecule;
}

std::string written(const RDKit::ROMol& molecule) {
  return RDKit::MolToSmiles(molecule, false);
}

std::vector<std::string> brics_fragments(const RDKit::ROMol& molecule) {
  const std::unique_ptr<RDKit::ROMol> pieces(RDKit::MolFragmenter::fragmentOnBRICSBonds(molecule));
  // Isotopes name the kinds of the cuts.
  const std::string text = RDKit::MolToSmiles(*pieces, true);
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    names.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

Fingerprint fingerprint_of(const RDKit::ROMol& molecule) {
  Fingerprint result{};
  const std::unique_ptr<ExplicitBitVect> bits(
      RDKit::MorganFingerprints::getFingerprintAsBitVect(molecule, 2, static_cast<unsigned>(64 * result.size())));
  std::vector<int> on;
  bits->getOnBits(on);
  for (const int bit : on) {
    result[static_cast<std::size_t>(bit) / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return result;
}

NspdkGraph graph_of(const RDKit::ROMol& molecule) {
  NspdkGraph graph;
  for (const RDKit::Atom* atom : molecule.atoms()) {
    graph.node_label.push_back(static_cast<std::uint64_t>(atom->getAtomicNum()));
  }
  for (const RDKit::Bond* bond : molecule.bonds()) {
    graph.edges.push_back({bond->getBeginAtomIdx(), bond->getEndAtomIdx()});
    graph.edge_label.push_back(static_cast<std::uint64_t>(bond->getBondTypeAsDouble()));
  }
  return graph;
}

/// Says property i of kMoleculeProperties.
class PropertyMeter {
 public:
  /// nullptr makes accessibility NaN.
  explicit PropertyMeter(const FragmentScores* scores) : scores_(scores) {}

  [[nodiscard]] double operator()(std::size_t i, RDKit::ROMol& molecule) {
    switch (i) {
      case 0:
        return RDKit::Descriptors::calcClogP(molecule);
      case 1:
        return scores_ == nullptr ? std::numeric_limits<double>::quiet_NaN()
                                  : synthetic_accessibility(molecule, *scores_);
      case 2:
        if (!drug_likeness_) {
          drug_likeness_.emplace();
        }
        return drug_likeness_->of(molecule);
      case 3:
        return RDKit::Descriptors::calcAMW(molecule);
      case 4:
        return RDKit::Descriptors::calcTPSA(molecule);
      default:
        return RDKit::Descriptors::calcNumRings(molecule);
    }
  }

 private:
  const FragmentScores* scores_;
  /// Its patterns take milliseconds to parse.
  std::optional<DrugLikeness> drug_likeness_;
};

MoleculeFeatures features_of(RDKit::ROMol& molecule, PropertyMeter& meter) {
  MoleculeFeatures features;
  features.canonical = written(molecule);
  for (std::size_t i = 0; i < features.properties.size(); ++i) {
    features.properties[i] = meter(i, molecule);
  }
  features.fingerprint = fingerprint_of(molecule);
  if (RDKit::Descriptors::calcNumRings(molecule) >= 2) {
    const std::unique_ptr<RDKit::ROMol> scaffold(RDKit::MurckoDecompose(molecule));
    features.scaffold = written(*scaffold);
  }
  features.fragments = brics_fragments(molecule);
  features.graph = graph_of(molecule);
  return features;
}

/// Has RDKit read its tables on this thread, before several threads ask for them.
void warm_up() {
  static const bool warm = [] {
    const std::unique_ptr<RDKit::RWMol> aspirin = parsed("CC(=O)Oc1ccccc1C(=O)O");
    PropertyMeter meter(nullptr);
    (void)features_of(*aspirin, meter);
    return true;
  }();
  static_cast<void>(warm);
}

/// What the functions that `make` makes, one a task, say of each molecule. A molecule that RDKit parses but cannot
/// describe is none.
template <class Result, class Make>
std::vector<std::optional<Result>> for_molecules(std::span<const std::string> smiles, const Make& make) {
  warm_up();
  std::vector<std::optional<Result>> result(smiles.size());
  parallel_for(static_cast<std::int64_t>(smiles.size()), kGrain, [&](std::int64_t begin, std::int64_t end) {
    auto describe = make();
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      try {
        if (const auto molecule = parsed(smiles[i])) {
          result[i] = describe(*molecule);
        }
      } catch (const std::bad_alloc&) {
        throw;
      } catch (const std::exception&) {
        result[i].reset();
      }
    }
  });
  return result;
}

}  // namespace

bool describes_molecules() {
  return true;
}

std::vector<std::optional<std::string>> canonical_forms(std::span<const std::string> smiles) {
  return for_molecules<std::string>(smiles, [] { return [](RDKit::ROMol& molecule) { return written(molecule); }; });
}

std::vector<MoleculeFeatures> describe_molecules(std::span<const std::string> smiles, const FragmentScores* scores) {
  auto found = for_molecules<MoleculeFeatures>(smiles, [&] {
    return [meter = PropertyMeter(scores)](RDKit::ROMol& molecule) mutable { return features_of(molecule, meter); };
  });
  std::vector<MoleculeFeatures> result;
  for (auto& features : found) {
    if (features) {
      result.push_back(std::move(*features));
    }
  }
  return result;
}

std::vector<double> molecule_property(std::string_view name, std::span<const std::string> smiles) {
  const auto which =
      static_cast<std::size_t>(std::ranges::find(kMoleculeProperties, name) - kMoleculeProperties.begin());
  require(which < kMoleculeProperties.size(), "molecule_property: there is no property '", name,
          "', expected logp, sa, qed, mw, tpsa or rings");
  const auto scores = name == "sa" ? FragmentScores::read(MoleculeOptions{}.fragment_scores) : std::nullopt;
  const auto found = for_molecules<double>(smiles, [&] {
    return [which, meter = PropertyMeter(scores ? &*scores : nullptr)](RDKit::ROMol& molecule) mutable {
      return meter(which, molecule);
    };
  });
  std::vector<double> values;
  for (const auto& value : found) {
    values.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return values;
}

}  // namespace weft

#else

namespace weft {
namespace {

[[noreturn]] void refuse() {
  throw ArgumentError("quality of molecules: this Weft was built without RDKit, expected one with it");
}

}  // namespace

bool describes_molecules() {
  return false;
}

std::vector<std::optional<std::string>> canonical_forms(std::span<const std::string> /*smiles*/) {
  refuse();
}

std::vector<MoleculeFeatures> describe_molecules(std::span<const std::string> /*smiles*/,
                                                 const FragmentScores* /*scores*/) {
  refuse();
}

std::vector<double> molecule_property(std::string_view /*name*/, std::span<const std::string> /*smiles*/) {
  refuse();
}

}  // namespace weft

#endif
