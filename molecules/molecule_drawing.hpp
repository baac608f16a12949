// A molecule as inline SVG, by RDKit where Weft was built with it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weft {

struct MoleculeDrawingOptions {
  int width = 240, height = 180;
  /// A number for each heavy atom in the order of the SMILES, or empty: atoms are shaded from blue (the most negative)
  /// over white (0) to orange (the most positive).
  std::span<const float> shades = {};
};

/// Whether this Weft can draw molecules.
[[nodiscard]] bool draws_molecules();

/// An <svg> element without scripts or references; empty if the text is no molecule, if there are not as many shades as
/// atoms, or if Weft was built without RDKit.
[[nodiscard]] std::string molecule_svg(std::string_view smiles, const MoleculeDrawingOptions& options = {});

}  // namespace weft
