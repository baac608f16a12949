# Proves that the floor plan of the root CMakeLists.txt stops a configure step: each case plants one file in a tree
# with the real rooms, empty but for stubs of their public headers, and says what the configure step must answer
# ("" means: go through).
#   cmake -DSOURCE=<root of the tree> -DWORK=<scratch folder> [-DCOMPILER=<c++>] -P floor_plan_test.cmake
cmake_minimum_required(VERSION 3.25)

file(READ "${SOURCE}/CMakeLists.txt" root)
string(REGEX MATCHALL "weft_(room|program|door)\\([^)]*\\)" rooms "${root}")
list(LENGTH rooms num_rooms)
if(num_rooms LESS 6)
  message(FATAL_ERROR "expected at least six weft_room() and weft_program() lines in CMakeLists.txt, found ${num_rooms}")
endif()

# The tree of every case: stubs that export something, and nothing else.
set(push "#pragma GCC visibility push(default)\n")
set(pop "#pragma GCC visibility pop")
file(REMOVE_RECURSE "${WORK}")
set(names "")
foreach(room IN LISTS rooms)
  if(room MATCHES "^weft_room\\(([a-z/]+)")
    set(name "${CMAKE_MATCH_1}")
    list(APPEND names "${name}")
    string(REGEX REPLACE ".*[ \n]PUBLIC[ \n]|CONFINE.*" "" public "${room}")
    string(REGEX MATCHALL "[a-z0-9_]+\\.h(pp)?" public "${public}")
    foreach(header IN LISTS public)
      file(WRITE "${WORK}/empty/${name}/${header}" "${push}namespace weft {}\n${pop}\n")
    endforeach()
  endif()
endforeach()
list(JOIN rooms "\n" rooms)
file(WRITE "${WORK}/empty/weft.hpp" "#pragma once\n")
file(WRITE "${WORK}/empty/core/start.cpp" "namespace weft {}\n")
file(WRITE "${WORK}/empty/CMakeLists.txt" "cmake_minimum_required(VERSION 3.25)\nproject(planted LANGUAGES CXX)\n"
     "add_library(weft_objects OBJECT)\nadd_library(weft $<TARGET_OBJECTS:weft_objects>)\n"
     "include(${SOURCE}/cmake/floor_plan.cmake)\n${rooms}\n")
set(no_file "no file")

# A file of this content; with the content ${no_file} the file is taken away instead.
function(expect_answer path content expected)
  set(tree "${WORK}/tree")
  file(REMOVE_RECURSE "${tree}")
  file(COPY "${WORK}/empty/" DESTINATION "${tree}")
  if(content STREQUAL no_file)
    file(REMOVE "${tree}/${path}")
  else()
    file(WRITE "${tree}/${path}" "${content}\n")
  endif()
  execute_process(COMMAND "${CMAKE_COMMAND}" -G Ninja -S "${tree}" -B "${tree}/build" -DCMAKE_CXX_COMPILER_WORKS=ON
                          -DCMAKE_CXX_COMPILER=${COMPILER}
                  RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE answer)
  # CMake wraps long messages.
  string(REGEX REPLACE "[ \n]+" " " answer "${answer}")
  string(FIND "${answer}" "${expected}" position)
  if(expected STREQUAL "" AND NOT status EQUAL 0)
    message(SEND_ERROR "${path} with '${content}' must be accepted, but: ${answer}")
  elseif(NOT expected STREQUAL "" AND (status EQUAL 0 OR position EQUAL -1))
    message(SEND_ERROR "${path} with '${content}': expected '${expected}', exit code ${status}, answer: ${answer}")
  endif()
endfunction()

expect_answer(graph/x.hpp "#include \"weft/core/types.hpp\"\n#include <vector>" "")
expect_answer(train/x.cpp "#include \"weft/layers/layer.hpp\"\n#include \"weft/io/dataset.hpp\"" "")
expect_answer(graph/boost_graph.hpp "#include <boost/graph/graph_traits.hpp>\n${push}${pop}" "")
expect_answer(graph/metis_partition.cpp "#include <metis.h>" "")
expect_answer(cli/x.cpp "#include <CLI/CLI.hpp>\n#include \"weft/cli/x.hpp\"\n#include \"weft/train/trainer.hpp\"" "")

expect_answer(graph/x.hpp "#include \"weft/samplers/y.hpp\"" "floor plan: graph/x.hpp: graph/ may not include samplers/")
expect_answer(samplers/x.cpp "#include \"weft/tensor/y.hpp\"" "floor plan: samplers/x.cpp: samplers/ may not include tensor/")
expect_answer(core/x.cpp "  #  include \"weft/tensor/y.hpp\"" "floor plan: core/x.cpp: core/ may not include tensor/")
expect_answer(tensor/x.hpp "#include \"weft/graph/y.hpp\"" "floor plan: tensor/x.hpp: tensor/ may not include graph/")
expect_answer(layers/x.cpp "#include \"weft/io/y.hpp\"" "floor plan: layers/x.cpp: layers/ may not include io/")
expect_answer(io/x.cpp "#include \"weft/train/y.hpp\"" "floor plan: io/x.cpp: io/ may not include train/")
foreach(name IN LISTS names)
  expect_answer(${name}/x.cpp "#include \"weft/cli/y.hpp\"" "floor plan: ${name}/x.cpp: ${name}/ may not include cli/")
endforeach()

# The C interface, which no room includes and programs may.
expect_answer(cli/x.cpp "#include \"weft/capi/weft.h\"" "")
expect_answer(capi/x.cpp "#include \"weft/capi/weft.h\"\n#include \"weft/runs/run.hpp\"" "")
expect_answer(runs/x.cpp "#include \"weft/capi/weft.h\"" "floor plan: runs/x.cpp: runs/ may not include capi/")
expect_answer(capi/weft.h "typedef int weft_status;" "floor plan: capi/weft.h: is public and needs the lines")
expect_answer(capi/x.h "#include \"weft/cli/y.hpp\"" "floor plan: capi/x.h: capi/ may not include cli/")

# Rooms inside rooms.
expect_answer(layers/x.cpp "#include \"weft/layers/kernels/y.hpp\"" "")
expect_answer(layers/kernels/x.hpp "#include \"weft/layers/kernels/y.hpp\"\n#include \"weft/graph/y.hpp\"" "")
expect_answer(layers/kernels/x.hpp "#include \"weft/layers/y.hpp\""
              "floor plan: layers/kernels/x.hpp: layers/kernels/ may not include layers/")
expect_answer(io/x.cpp "#include \"weft/io/importers/y.hpp\"" "floor plan: io/x.cpp: io/ may not include io/importers/")
expect_answer(io/importers/x.cpp "#include \"weft/layers/y.hpp\""
              "floor plan: io/importers/x.cpp: io/importers/ may not include layers/")
expect_answer(layers/extra/x.cpp "" "floor plan: layers/extra/x.cpp: layers/extra/ is not a room")

# Public headers and the door.
expect_answer(graph/csr_graph.hpp "#include \"weft/core/types.hpp\"\n${push}namespace weft {}\n${pop}" "")
expect_answer(weft.hpp "#include \"weft/graph/csr_graph.hpp\"\n#include \"weft/layers/kernels/aggregation.hpp\"" "")
expect_answer(graph/csr_graph.hpp "#include \"weft/graph/x.hpp\"\n${push}namespace weft {}\n${pop}"
              "floor plan: graph/csr_graph.hpp: is public and may not include graph/x.hpp, which is private")
expect_answer(layers/layer.hpp "  # include \"weft/layers/kernels/x.hpp\"\n${push}namespace weft {}\n${pop}"
              "floor plan: layers/layer.hpp: is public and may not include layers/kernels/x.hpp, which is private")
expect_answer(weft.hpp "#include \"weft/graph/x.hpp\""
              "floor plan: weft.hpp: is public and may not include graph/x.hpp, which is private")
expect_answer(graph/csr_graph.hpp "${no_file}"
              "floor plan: graph/csr_graph.hpp is said to be public, but there is no such file")
expect_answer(graph/csr_graph.hpp "namespace weft {}" "floor plan: graph/csr_graph.hpp: is public and needs the lines")
expect_answer(graph/csr_graph.hpp "${push}namespace weft {}"
              "floor plan: graph/csr_graph.hpp: is public and needs the lines")
expect_answer(graph/x.hpp "${push}namespace weft {}\n${pop}"
              "floor plan: graph/x.hpp: is private and may not export what it declares")

set(confined "it is confined to another file")
expect_answer(graph/csr_graph.cpp "#include <boost/graph/x.hpp>"
              "floor plan: graph/csr_graph.cpp: may not include <boost/...>; ${confined}")
expect_answer(samplers/x.cpp "#include <metis.h>" "floor plan: samplers/x.cpp: may not include <metis.h...>; ${confined}")
expect_answer(io/boost_graph.hpp "#include <boost/graph/x.hpp>"
              "floor plan: io/boost_graph.hpp: may not include <boost/...>; ${confined}")
expect_answer(io/text_input.cpp "#include <lzma.h>"
              "floor plan: io/text_input.cpp: may not include <lzma.h...>; ${confined}")
expect_answer(io/importers/text_decoder.cpp "#include <lzma.h>" "")
expect_answer(io/importers/json_graph.cpp "#include <pugixml.hpp>"
              "floor plan: io/importers/json_graph.cpp: may not include <pugi...>; ${confined}")
expect_answer(tensor/x.cpp "#include <tbb/parallel_for.h>" "floor plan: tensor/x.cpp: may not include <tbb/...>; ${confined}")
expect_answer(tensor/ops.cpp "#include <dnnl.hpp>" "floor plan: tensor/ops.cpp: may not include <dnnl...>; ${confined}")
expect_answer(io/dataset.cpp "#include <hdf5.h>" "floor plan: io/dataset.cpp: may not include <hdf5...>; ${confined}")
expect_answer(runs/x.cpp "#include <nanobind/nanobind.h>"
              "floor plan: runs/x.cpp: may not include <nanobind/...>; ${confined}")
expect_answer(python/module/x.cpp "#include <nanobind/nanobind.h>\n#include \"weft/python/module/x.hpp\"" "")
expect_answer(python/module/x.cpp "#include \"weft/cli/y.hpp\""
              "floor plan: python/module/x.cpp: python/module/ may not include cli/")
expect_answer(cli/http_download.cpp "#include <curl/curl.h>" "")
expect_answer(cli/sha256.cpp "#include <openssl/evp.h>" "")
expect_answer(cli/public_files.cpp "#include <curl/curl.h>"
              "floor plan: cli/public_files.cpp: may not include <curl/...>; ${confined}")
expect_answer(io/x.cpp "#include <openssl/evp.h>" "floor plan: io/x.cpp: may not include <openssl/...>; ${confined}")
expect_answer(cli/x.cpp "#include < hdf5.h>" "floor plan: cli/x.cpp: may not include <hdf5...>; ${confined}")

expect_answer(graph/laplacian_encoding.cpp "#include <Eigen/Core>\n#include <Spectra/SymEigsSolver.h>" "")
expect_answer(layers/x.cpp "#include <Eigen/Core>" "floor plan: layers/x.cpp: may not include <Eigen/...>; ${confined}")

set(spell "spell project headers \"weft/<room>/<file>\"")
expect_answer(graph/x.cpp "#include \"x.hpp\"" "floor plan: graph/x.cpp: ${spell}")
expect_answer(graph/x.cpp "#include \"../core/types.hpp\"" "floor plan: graph/x.cpp: ${spell}")
expect_answer(graph/x.cpp "#include <weft/samplers/y.hpp>" "floor plan: graph/x.cpp: ${spell}")
expect_answer(cli/x.cpp "#include \"csr_graph.hpp\"" "floor plan: cli/x.cpp: ${spell}")
expect_answer(cli/x.cpp "#include \"weft/weft.hpp\"" "floor plan: cli/x.cpp: ${spell}")
