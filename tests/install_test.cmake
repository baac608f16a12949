# A stranger's use of Weft: installs the build into an empty prefix, moves that prefix, then builds and runs
# against it what find_package(weft), pkg-config and the shell find there.
#   cmake -DSOURCE=<tree> -DBUILD=<its build> -DWORK=<scratch folder> -DVERSION=<version> -DCOMPILER=<c++>
#         -DFLAGS=<its flags> -DBUILD_TYPE=<type> -DLIBDIR=<lib> -DBINDIR=<bin> -P install_test.cmake
cmake_minimum_required(VERSION 3.25)

function(run expected)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE answer ERROR_VARIABLE problem)
  list(JOIN ARGN " " shown)
  if(NOT status EQUAL 0 OR NOT answer MATCHES "${expected}")
    message(FATAL_ERROR "${shown}\nanswered with code ${status}, expected 0 and '${expected}':\n${answer}\n${problem}")
  endif()
  set(answer "${answer}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}")
run("" "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/first")
file(RENAME "${WORK}/first" "${WORK}/moved")
set(prefix "${WORK}/moved")
string(REPLACE "." "\\." version "${VERSION}")

if(EXISTS "${prefix}/${BINDIR}/weft")
  run("${version}" "${prefix}/${BINDIR}/weft" --version)
endif()

# Every installed header, alone, where only the prefix can be found.
file(GLOB_RECURSE headers "${prefix}/include/weft/*.hpp")
list(LENGTH headers num_headers)
if(num_headers LESS 20)
  message(FATAL_ERROR "expected at least 20 headers in ${prefix}/include/weft, found ${num_headers}")
endif()
foreach(header IN LISTS headers)
  if(IS_SYMLINK "${header}")
    message(FATAL_ERROR "${header} is a link out of the prefix, not a header")
  endif()
endforeach()
cmake_host_system_information(RESULT num_cores QUERY NUMBER_OF_LOGICAL_CORES)
run("" printf "%s\\n" ${headers} COMMAND xargs "-P${num_cores}" -I{} "${COMPILER}" -std=c++20 -fsyntax-only
    "-I${prefix}/include" -x c++ -include {} /dev/null)

# examples/ as a project of its own.
run("" "${CMAKE_COMMAND}" -G Ninja -S "${SOURCE}/examples" -B "${WORK}/examples" "-DCMAKE_PREFIX_PATH=${prefix}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}"
    -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
run("" "${CMAKE_COMMAND}" --build "${WORK}/examples")
run("test accuracy (0\\.9|1)" "${WORK}/examples/train_node_classifier")
run("roc_auc on the next month (0\\.9|1)" "${WORK}/examples/analytics_job" "${WORK}/rings")
# A few steps of each task; copying also checks that a token at a time gives what all at once do.
foreach(task "copy" "copy;--attention;scan" "duplication" "listops;--attention;linformer_positions" "pathfinder")
  list(GET task 0 name)
  run("${name} [a-z_]+: [a-z ]+ accuracy [01]\\.[0-9]+ on [0-9]+ fresh" "${WORK}/examples/sequence_tasks" ${task}
      --steps 2)
endforeach()
string(REGEX MATCH "pathfinder windows: marked end accuracy [0-9.]+" answer_of_one "${answer}")
run("${answer_of_one}" "${WORK}/examples/sequence_tasks" pathfinder --steps 2 --threads 2)

# The same package without CMake, through the door; an error of the library is caught by its type outside of it.
file(WRITE "${WORK}/version.cpp" [[
#include <iostream>
#include <weft/weft.hpp>
int main() {
  try {
    (void)weft::read_dataset("there is no such file.h5");
  } catch (const weft::DataError&) {
    std::cout << weft::version() << '\n';
  }
}
]])
find_program(pkg_config NAMES pkg-config pkgconf REQUIRED)
set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
run("${version}" "${pkg_config}" --modversion weft)
run("-lweft" "${pkg_config}" --cflags --libs weft)
separate_arguments(package_flags UNIX_COMMAND "${answer}")
separate_arguments(build_flags UNIX_COMMAND "${FLAGS}")
run("" "${COMPILER}" ${build_flags} "${WORK}/version.cpp" -o "${WORK}/version" ${package_flags}
    "-Wl,-rpath,${prefix}/${LIBDIR}")
run("^${version}\n$" "${WORK}/version")

# The headers that the README says to include, and the program that it shows.
file(READ "${SOURCE}/README.md" readme)
string(REGEX MATCH "\\| I want to \\|.*\\| I want to build my own \\|[^#]*" tables "${readme}")
string(REGEX MATCHALL "[a-z/]+/[a-z_]+\\.hpp" shown "${tables}")
list(LENGTH shown num_shown)
if(num_shown LESS 20)
  message(FATAL_ERROR "expected at least 20 headers in the tables 'I want to' of README.md, found ${num_shown}")
endif()
foreach(header IN LISTS shown)
  if(NOT EXISTS "${prefix}/include/weft/${header}")
    message(FATAL_ERROR "README.md says to include weft/${header}, which is not installed")
  endif()
endforeach()
foreach(header IN LISTS headers)
  cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${prefix}/include/weft")
  if(NOT header IN_LIST shown AND NOT header STREQUAL "weft.hpp")
    message(FATAL_ERROR "weft/${header} is installed, and the tables 'I want to' of README.md do not name it")
  endif()
endforeach()
string(FIND "${readme}" "```cpp\n" begin)
math(EXPR begin "${begin} + 7")
string(SUBSTRING "${readme}" ${begin} -1 readme)
string(FIND "${readme}" "```" length)
string(SUBSTRING "${readme}" 0 ${length} readme)
if(NOT readme MATCHES "int main\\(\\)")
  message(FATAL_ERROR "the first C++ block of README.md is not a program:\n${readme}")
endif()
file(WRITE "${WORK}/readme.cpp" "${readme}")
run("" "${COMPILER}" ${build_flags} "${WORK}/readme.cpp" -o "${WORK}/readme" ${package_flags}
    "-Wl,-rpath,${prefix}/${LIBDIR}")

# The programs of docs/library.md, built side by side and run in the order of the page in one folder. What each prints
# is the text block that follows it.
file(READ "${SOURCE}/docs/library.md" page)
set(folder "${WORK}/library")
file(MAKE_DIRECTORY "${folder}")
set(programs)
while(TRUE)
  string(FIND "${page}" "```cpp\n" begin)
  if(begin EQUAL -1)
    break()
  endif()
  math(EXPR begin "${begin} + 7")
  string(SUBSTRING "${page}" ${begin} -1 page)
  string(FIND "${page}" "```" end)
  string(SUBSTRING "${page}" 0 ${end} program)
  math(EXPR end "${end} + 3")
  string(SUBSTRING "${page}" ${end} -1 page)
  if(NOT program MATCHES "int main\\(")
    continue()
  endif()
  if(NOT page MATCHES "^[^`]*```text\n")
    message(FATAL_ERROR "docs/library.md: no text block follows this program:\n${program}")
  endif()
  string(LENGTH "${CMAKE_MATCH_0}" begin)
  string(SUBSTRING "${page}" ${begin} -1 page)
  string(FIND "${page}" "```" end)
  string(SUBSTRING "${page}" 0 ${end} output)
  list(LENGTH programs number)
  list(APPEND programs "program_${number}")
  file(WRITE "${folder}/program_${number}.cpp" "${program}")
  set(output_${number} "${output}")
endwhile()
list(LENGTH programs num_programs)
if(num_programs LESS 10)
  message(FATAL_ERROR "expected at least 10 programs in docs/library.md, found ${num_programs}")
endif()
run("" printf "%s\\n" ${programs} COMMAND xargs "-P${num_cores}" -I{} "${COMPILER}" ${build_flags} "${folder}/{}.cpp" -o
    "${folder}/{}" ${package_flags} "-Wl,-rpath,${prefix}/${LIBDIR}")
math(EXPR last "${num_programs} - 1")
foreach(number RANGE ${last})
  run("" "${folder}/program_${number}" WORKING_DIRECTORY "${folder}")
  if(NOT "${answer}" STREQUAL "${output_${number}}")
    message(FATAL_ERROR "docs/library.md: ${folder}/program_${number}.cpp printed\n${answer}\nexpected\n"
                        "${output_${number}}")
  endif()
endforeach()
