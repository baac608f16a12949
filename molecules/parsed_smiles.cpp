#include "weft/molecules/parsed_smiles.hpp"

#ifdef WEFT_WITH_RDKIT

#include <GraphMol/GraphMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <RDGeneral/RDLog.h>

#include <algorithm>
#include <string>
#include <utility>

namespace weft {

std::size_t first_foreign(std::string_view smiles) {
  const std::size_t end = std::min(smiles.find(" |"), smiles.size());
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    const auto byte = static_cast<unsigned char>(smiles[i]);
    if (byte < (i < end ? 0x21 : 0x20) || byte > 0x7e) {
      return i;
    }
  }
  return smiles.size();
}

std::unique_ptr<RDKit::RWMol> parsed_smiles(std::string_view smiles) {
  static const bool quiet = [] {
    RDLog::InitLogs();
    boost::logging::disable_logs("rdApp.*");
    return true;
  }();
  static_cast<void>(quiet);
  if (smiles.size() > kLongestSmiles || first_foreign(smiles) < smiles.size()) {
    return nullptr;
  }
  std::unique_ptr<RDKit::RWMol> molecule(RDKit::SmilesToMol(std::string(smiles)));
  return molecule != nullptr && molecule->getNumAtoms() > 0 ? std::move(molecule) : nullptr;
}

}  // namespace weft

#endif
