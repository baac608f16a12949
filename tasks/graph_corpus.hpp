// The graphs of a dataset as generators learn them: molecules in Kekulé's form, or plain graphs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/molecules/molecules.hpp"
#include "weft/molecules/typed_graph.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft {

struct GraphCorpus {
  /// One for each graph of the dataset; without nodes where `problem` says why it is left out.
  std::vector<TypedGraph> graphs;
  std::int64_t num_left_out = 0;
  /// Of the first that was left out.
  std::string problem;

  /// Molecules: what each type is, and the largest valence that it has with its hydrogens. Empty otherwise.
  std::vector<AtomType> alphabet;
  std::vector<std::int32_t> capacity;

  /// [graphs, names]: figures of each graph that a generator can be asked for, NaN: unknown.
  std::vector<std::string> property_names;
  Tensor properties;

  [[nodiscard]] bool is_molecular() const { return !alphabet.empty(); }
};

/// Atoms and bonds are those of import_smiles(), or node and edge types, or neither. `properties` names, separated by
/// commas, any of nodes, edges, rings (edges - nodes + components), targets (all graph targets of the dataset), and,
/// where there are SMILES, logp, sa, qed, mw and tpsa (kMoleculeProperties). Throws ArgumentError if the dataset is
/// directed, or for another property.
[[nodiscard]] GraphCorpus read_graph_corpus(const Dataset& dataset, std::string_view properties);

/// The atoms and bonds of one SMILES in the types of `alphabet`. Throws ArgumentError if it is no molecule, if it has
/// an atom that is not in the alphabet, or if Weft was built without RDKit.
[[nodiscard]] TypedGraph molecule_of(std::string_view smiles, std::span<const AtomType> alphabet);

/// RDKit's canonical SMILES without stereochemistry, or the text itself where Weft was built without it; empty if
/// RDKit refuses the molecule.
[[nodiscard]] std::string standard_smiles(const std::string& smiles);

}  // namespace weft
