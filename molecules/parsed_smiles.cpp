#include "weft/molecules/parsed_smiles.hpp"

#ifdef WEFT_WITH_RDKIT

#include <GraphMol/GraphMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <RDGeneral/RDLog.h>

#include <string>
#include <utility>

namespace weft {

std::unique_ptr<RDKit::RWMol> parsed_smiles(std::string_view smiles) {
  static const bool quiet = [] {
    RDLog::InitLogs();
    boost::logging::disable_logs("rdApp.*");
    return true;
  }();
  static_cast<void>(quiet);
  if (smiles.size() > kLongestSmiles) {
    return nullptr;
  }
  std::unique_ptr<RDKit::RWMol> molecule(RDKit::SmilesToMol(std::string(smiles)));
  return molecule != nullptr && molecule->getNumAtoms() > 0 ? std::move(molecule) : nullptr;
}

}  // namespace weft

#endif
