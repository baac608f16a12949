// How good generated molecules are. It takes RDKit: without it every function here throws ArgumentError, but
// can_evaluate_molecules().
//
// Stereochemistry counts nowhere. What RDKit refuses to parse is not valid, and nothing is corrected.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weft/molecules/molecule_properties.hpp"

namespace weft {

[[nodiscard]] bool can_evaluate_molecules();

/// Canonical SMILES without stereochemistry, the same for each way to write a molecule; nothing if RDKit does not take
/// the text for one: its valences and aromatic rings must work out. Several molecules in one text are taken.
[[nodiscard]] std::optional<std::string> canonical_smiles(const std::string& smiles);
[[nodiscard]] bool is_molecule(const std::string& smiles);

struct MoleculeOptions {
  /// RDKit's table for the synthetic accessibility score, where Debian's rdkit-data puts it. Without the file the
  /// score, and its distance, are NaN.
  std::filesystem::path fragment_scores = "/usr/share/RDKit/Contrib/SA_Score/fpscores.pkl.gz";
};

/// Each of kMoleculeProperties for a set of molecules.
using PropertyValues = std::array<std::vector<double>, kMoleculeProperties.size()>;

/// First Wasserstein distances of the generated and the reference molecules' properties, each in its unit.
struct PropertyDistances {
  double logp = 0.0, sa = 0.0, qed = 0.0, mw = 0.0, tpsa = 0.0, rings = 0.0;
};

/// Everything below `novel` compares the valid molecules with the reference; NaN if there are none. SNN, diversity,
/// fragments and scaffolds as in MOSES (Polykovskiy et al., Frontiers in Pharmacology 2020).
struct MoleculeQuality {
  /// Of all generated texts.
  double valid = 0.0;
  /// Different ones of the valid.
  double unique = 0.0;
  /// Of the different ones, those that are no training molecule.
  double novel = 0.0;
  /// nspdk.hpp. Depends on the sizes of both sets, as the similarity of scaffolds does: compare with the floor.
  double nspdk_mmd = 0.0;
  /// Cosine of the counts of scaffolds with two rings or more.
  double scaffold_similarity = 0.0;
  /// Cosine of the counts of BRICS fragments.
  double fragment_similarity = 0.0;
  /// Mean Tanimoto similarity to the most similar reference molecule.
  double snn = 0.0;
  /// 1 - mean Tanimoto similarity of two generated molecules.
  double internal_diversity = 0.0;
  PropertyDistances w1;
  /// Of the valid molecules, in order.
  PropertyValues properties;
};

/// Keeps what it computed of the training and reference molecules, for more than one evaluation. Texts among these
/// that are no molecules are left out.
class MoleculeEvaluator {
 public:
  /// Throws ArgumentError if there is no reference molecule.
  MoleculeEvaluator(std::span<const std::string> training, std::span<const std::string> reference,
                    const MoleculeOptions& options = {});
  MoleculeEvaluator(MoleculeEvaluator&&) noexcept;
  MoleculeEvaluator& operator=(MoleculeEvaluator&&) noexcept;
  ~MoleculeEvaluator();

  /// Throws ArgumentError if nothing was generated.
  [[nodiscard]] MoleculeQuality evaluate(std::span<const std::string> generated) const;

  /// What a perfect generator would reach: the figures of `count` training molecules, or all if there are fewer, drawn
  /// by `seed` without repeats. Novel is 0 here by definition.
  [[nodiscard]] MoleculeQuality floor(std::int64_t count, std::uint64_t seed = 0) const;

  /// Of the reference molecules, in order.
  [[nodiscard]] const PropertyValues& reference_properties() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same for a single evaluation. About 2 ms of processor time a molecule of the generated and reference sets, and
/// 0.2 a training molecule; the result does not depend on the number of threads.
[[nodiscard]] MoleculeQuality evaluate_molecules(std::span<const std::string> generated,
                                                 std::span<const std::string> training,
                                                 std::span<const std::string> reference,
                                                 const MoleculeOptions& options = {});

}  // namespace weft
