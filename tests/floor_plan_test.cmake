# Proves that the floor plan of the root CMakeLists.txt stops a configure step: each case plants one file in
# an empty tree with the real rooms and says what the configure step must answer ("" means: go through).
#   cmake -DSOURCE=<root of the tree> -DWORK=<scratch folder> [-DCOMPILER=<c++>] -P floor_plan_test.cmake
cmake_minimum_required(VERSION 3.25)

file(READ "${SOURCE}/CMakeLists.txt" root)
string(REGEX MATCHALL "weft_(room|program)\\([^)]*\\)" rooms "${root}")
list(LENGTH rooms num_rooms)
if(num_rooms LESS 6)
  message(FATAL_ERROR "expected at least six weft_room() and weft_program() lines in CMakeLists.txt, found ${num_rooms}")
endif()
list(JOIN rooms "\n" rooms)
string(REGEX MATCHALL "weft_room\\([a-z]+" names "${rooms}")
list(TRANSFORM names REPLACE "weft_room.(.*)" "\\1")

function(expect_answer path content expected)
  set(tree "${WORK}/tree")
  file(REMOVE_RECURSE "${tree}")
  file(WRITE "${tree}/core/start.cpp" "namespace weft {}\n")
  file(WRITE "${tree}/CMakeLists.txt" "cmake_minimum_required(VERSION 3.25)\nproject(planted LANGUAGES CXX)\n"
       "add_library(weft)\ninclude(${SOURCE}/cmake/floor_plan.cmake)\n${rooms}\n")
  file(WRITE "${tree}/${path}" "${content}\n")
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
expect_answer(graph/boost_graph.hpp "#include <boost/graph/graph_traits.hpp>" "")
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

set(confined "it is confined to another file")
expect_answer(graph/csr_graph.cpp "#include <boost/graph/x.hpp>"
              "floor plan: graph/csr_graph.cpp: may not include <boost/...>; ${confined}")
expect_answer(samplers/x.cpp "#include <metis.h>" "floor plan: samplers/x.cpp: may not include <metis.h...>; ${confined}")
expect_answer(io/boost_graph.hpp "#include <boost/graph/x.hpp>"
              "floor plan: io/boost_graph.hpp: may not include <boost/...>; ${confined}")
expect_answer(tensor/x.cpp "#include <tbb/parallel_for.h>" "floor plan: tensor/x.cpp: may not include <tbb/...>; ${confined}")
expect_answer(tensor/ops.cpp "#include <dnnl.hpp>" "floor plan: tensor/ops.cpp: may not include <dnnl...>; ${confined}")
expect_answer(io/dataset.cpp "#include <hdf5.h>" "floor plan: io/dataset.cpp: may not include <hdf5...>; ${confined}")
expect_answer(cli/x.cpp "#include < hdf5.h>" "floor plan: cli/x.cpp: may not include <hdf5...>; ${confined}")

expect_answer(graph/laplacian_encoding.cpp "#include <Eigen/Core>\n#include <Spectra/SymEigsSolver.h>" "")
expect_answer(layers/x.cpp "#include <Eigen/Core>" "floor plan: layers/x.cpp: may not include <Eigen/...>; ${confined}")

set(spell "spell project headers \"weft/<room>/<file>\"")
expect_answer(graph/x.cpp "#include \"x.hpp\"" "floor plan: graph/x.cpp: ${spell}")
expect_answer(graph/x.cpp "#include \"../core/types.hpp\"" "floor plan: graph/x.cpp: ${spell}")
expect_answer(graph/x.cpp "#include <weft/samplers/y.hpp>" "floor plan: graph/x.cpp: ${spell}")
expect_answer(cli/x.cpp "#include \"csr_graph.hpp\"" "floor plan: cli/x.cpp: ${spell}")
