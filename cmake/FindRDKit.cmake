# RDKit where Debian's librdkit-dev puts it: that package comes without a configuration for CMake.
# Defines RDKit::RDKit, what it takes to read SMILES, to find scaffolds and fragments, to compute properties and to draw.
find_path(RDKit_INCLUDE_DIR GraphMol/GraphMol.h PATH_SUFFIXES rdkit)
set(RDKit_LIBRARIES "")
set(rdkit_variables "")
foreach(part MolDraw2D ChemTransforms Descriptors Fingerprints SubstructMatch SmilesParse GraphMol DataStructs RDGeneral)
  find_library(RDKit_${part}_LIBRARY RDKit${part})
  list(APPEND rdkit_variables RDKit_${part}_LIBRARY)
  list(APPEND RDKit_LIBRARIES "${RDKit_${part}_LIBRARY}")
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(RDKit REQUIRED_VARS ${rdkit_variables} RDKit_INCLUDE_DIR)
mark_as_advanced(RDKit_INCLUDE_DIR ${rdkit_variables})

if(RDKit_FOUND AND NOT TARGET RDKit::RDKit)
  add_library(RDKit::RDKit INTERFACE IMPORTED)
  target_include_directories(RDKit::RDKit SYSTEM INTERFACE "${RDKit_INCLUDE_DIR}")
  target_link_libraries(RDKit::RDKit INTERFACE ${RDKit_LIBRARIES})
endif()
