// Two figures of merit of a molecule: how like a drug it is, and how easy to make. Private, and only with RDKit.
#pragma once

#include <memory>
#include <vector>

#include "weft/molecules/fragment_scores.hpp"

namespace RDKit {
class ROMol;
}

namespace weft {

/// Quantitative drug-likeness (Bickerton et al., Nature Chemistry 2012), 0 to 1: eight properties, each as a
/// desirability, averaged as logarithms with the paper's mean weights. The numbers are those of RDKit's QED.qed.
class DrugLikeness {
 public:
  /// Parses the patterns, some milliseconds. An object serves one thread at a time.
  DrugLikeness();

  [[nodiscard]] double of(const RDKit::ROMol& molecule) const;

 private:
  using Patterns = std::vector<std::shared_ptr<const RDKit::ROMol>>;
  Patterns acceptors_, alerts_;
  std::shared_ptr<const RDKit::ROMol> aliphatic_ring_atom_;
};

/// The synthetic accessibility score of Ertl and Schuffenhauer (J. Cheminformatics 2009), 1 (easy) to 10: the numbers
/// of RDKit's sascorer.py. Adds computed properties to the molecule. It has at least one atom.
[[nodiscard]] double synthetic_accessibility(RDKit::ROMol& molecule, const FragmentScores& scores);

}  // namespace weft
