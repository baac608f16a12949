#include "weft/molecules/molecule_drawing.hpp"

#ifdef WEFT_WITH_RDKIT

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolDraw2D/MolDraw2DSVG.h>
#include <GraphMol/MolDraw2D/MolDraw2DUtils.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <vector>

#include "weft/molecules/parsed_smiles.hpp"

namespace weft {
namespace {

/// Larger ones would be drawn so small that nothing can be read.
constexpr unsigned kMostAtoms = 200;

struct Shading {
  std::vector<int> atoms;
  std::map<int, RDKit::DrawColour> colors;
};

Shading shading_of(std::span<const float> shades) {
  float most = 0.0F;
  for (const float shade : shades) {
    most = std::max(most, std::abs(shade));
  }
  Shading shading;
  for (std::size_t i = 0; i < shades.size() && most > 0.0F; ++i) {
    const auto strength = static_cast<double>(std::abs(shades[i]) / most);
    if (strength < 0.05) {
      continue;
    }
    const auto atom = static_cast<int>(i);
    shading.atoms.push_back(atom);
    shading.colors[atom] = shades[i] > 0.0F ? RDKit::DrawColour(1.0, 1.0 - 0.4 * strength, 1.0 - 0.8 * strength)
                                            : RDKit::DrawColour(1.0 - 0.7 * strength, 1.0 - 0.35 * strength, 1.0);
  }
  return shading;
}

/// The element alone: a report is one HTML file, where an XML header has no place.
std::string element_of(const std::string& text) {
  const std::size_t begin = text.find("<svg"), end = text.rfind("</svg>");
  return begin == std::string::npos || end == std::string::npos ? "" : text.substr(begin, end + 6 - begin);
}

}  // namespace

bool draws_molecules() {
  return true;
}

std::string molecule_svg(std::string_view smiles, const MoleculeDrawingOptions& options) {
  try {
    const std::unique_ptr<RDKit::RWMol> molecule = parsed_smiles(smiles);
    if (molecule == nullptr || molecule->getNumAtoms() > kMostAtoms ||
        (!options.shades.empty() && options.shades.size() != molecule->getNumAtoms())) {
      return "";
    }
    const Shading shading = shading_of(options.shades);
    RDKit::MolDraw2DSVG drawer(options.width, options.height);
    drawer.drawOptions().clearBackground = false;
    RDKit::MolDraw2DUtils::prepareAndDrawMolecule(drawer, *molecule, "", &shading.atoms, nullptr, &shading.colors);
    drawer.finishDrawing();
    return element_of(drawer.getDrawingText());
  } catch (const std::exception&) {
    return "";
  }
}

}  // namespace weft

#else

namespace weft {

bool draws_molecules() {
  return false;
}

std::string molecule_svg(std::string_view /*smiles*/, const MoleculeDrawingOptions& /*options*/) {
  return "";
}

}  // namespace weft

#endif
