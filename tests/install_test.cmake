# A stranger's use of Weft: installs the build into an empty prefix, moves that prefix, then builds and runs
# against it what find_package(weft), pkg-config and the shell find there.
#   cmake -DSOURCE=<tree> -DBUILD=<its build> -DWORK=<scratch folder> -DVERSION=<version> -DCOMPILER=<c++>
#         -DC_COMPILER=<cc> -DFLAGS=<its flags> -DBUILD_TYPE=<type> -DLIBDIR=<lib> -DBINDIR=<bin> -P install_test.cmake
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
separate_arguments(flags_of_any_language UNIX_COMMAND "${FLAGS}")
list(FILTER flags_of_any_language INCLUDE REGEX "^-[fgmO]")
list(JOIN flags_of_any_language " " c_flags)
run("" "${CMAKE_COMMAND}" -G Ninja -S "${SOURCE}/examples" -B "${WORK}/examples" "-DCMAKE_PREFIX_PATH=${prefix}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DCMAKE_C_COMPILER=${C_COMPILER}"
    "-DCMAKE_C_FLAGS=${c_flags}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}"
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

# The programs of a page of docs, built side by side by the command that follows and run in the order of the page in one
# folder, after those of the pages before. What each prints is the text block that follows it.
set(folder "${WORK}/library")
file(MAKE_DIRECTORY "${folder}")
function(run_page name language least)
  cmake_path(GET name STEM stem)
  file(READ "${SOURCE}/docs/${name}" page)
  set(fence "```${language}\n")
  string(LENGTH "${fence}" fence_length)
  set(programs)
  while(TRUE)
    string(FIND "${page}" "${fence}" begin)
    if(begin EQUAL -1)
      break()
    endif()
    math(EXPR begin "${begin} + ${fence_length}")
    string(SUBSTRING "${page}" ${begin} -1 page)
    string(FIND "${page}" "```" end)
    string(SUBSTRING "${page}" 0 ${end} program)
    math(EXPR end "${end} + 3")
    string(SUBSTRING "${page}" ${end} -1 page)
    if(NOT program MATCHES "int main\\(|^import ")
      continue()
    endif()
    if(NOT page MATCHES "^[^`]*```text\n")
      message(FATAL_ERROR "docs/${name}: no text block follows this program:\n${program}")
    endif()
    string(LENGTH "${CMAKE_MATCH_0}" begin)
    string(SUBSTRING "${page}" ${begin} -1 page)
    string(FIND "${page}" "```" end)
    string(SUBSTRING "${page}" 0 ${end} output)
    list(LENGTH programs number)
    list(APPEND programs "${stem}_${number}")
    file(WRITE "${folder}/${stem}_${number}.${language}" "${program}")
    set(output_${number} "${output}")
  endwhile()
  list(LENGTH programs num_programs)
  if(num_programs LESS least)
    message(FATAL_ERROR "expected at least ${least} programs in docs/${name}, found ${num_programs}")
  endif()
  if(NOT language STREQUAL "python")
    run("" printf "%s\\n" ${programs} COMMAND xargs "-P${num_cores}" -I{} ${ARGN} "${folder}/{}.${language}" -o
        "${folder}/{}" ${package_flags} "-Wl,-rpath,${prefix}/${LIBDIR}")
  endif()
  math(EXPR last "${num_programs} - 1")
  foreach(number RANGE ${last})
    if(language STREQUAL "python")
      run("" ${ARGN} "${folder}/${stem}_${number}.${language}" WORKING_DIRECTORY "${folder}")
    else()
      run("" "${folder}/${stem}_${number}" WORKING_DIRECTORY "${folder}")
    endif()
    if(NOT "${answer}" STREQUAL "${output_${number}}")
      message(FATAL_ERROR "docs/${name}: ${folder}/${stem}_${number}.${language} printed\n${answer}\nexpected\n"
                          "${output_${number}}")
    endif()
  endforeach()
endfunction()
run_page(library.md cpp 10 "${COMPILER}" ${build_flags})

# The C interface: its header alone is C99 and C++, and a program of it needs neither C++ nor its standard.
set(strict -Wall -Wextra -pedantic -Werror -fsyntax-only "-I${prefix}/include" -include "${prefix}/include/weft/capi/weft.h")
run("" "${C_COMPILER}" -std=c99 ${strict} -x c /dev/null)
run("" "${COMPILER}" -std=c++11 ${strict} -x c++ /dev/null)
if(NOT tables MATCHES "`capi/weft\\.h`")
  message(FATAL_ERROR "weft/capi/weft.h is installed, and the tables 'I want to' of README.md do not name it")
endif()
run("-lweft" "${pkg_config}" --cflags --libs weft-c)
separate_arguments(package_flags UNIX_COMMAND "${answer}")
set(c_flags -std=c99 -Wall -Wextra -pedantic -Werror ${flags_of_any_language})
run_page(c.md c 3 "${C_COMPILER}" ${c_flags})
run("" "${C_COMPILER}" ${c_flags} "${SOURCE}/examples/c/classify.c" -o "${WORK}/classify" ${package_flags}
    "-Wl,-rpath,${prefix}/${LIBDIR}")
# The two triangles of docs/c.md, the second with an edge that is named twice.
file(WRITE "${WORK}/nodes.txt" "3 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n-3 0 0 0 0 0 0 0\n"
     "0 0 0 0 0 0 0 0\n")
file(WRITE "${WORK}/edges.txt" "0 1\n1 2\n2 0\n3 4\n5 4\n4 5\n3 5\n")
run("^0 even [01]\\.[0-9]+\n1 even .*\n5 odd [01]\\.[0-9]+\n$" "${WORK}/classify" "${folder}/clubs_in_c" "${WORK}/nodes.txt"
    "${WORK}/edges.txt")

# Another language, where it is there.
find_program(python3 NAMES python3)
if(python3)
  set(ENV{LD_LIBRARY_PATH} "${prefix}/${LIBDIR}:$ENV{LD_LIBRARY_PATH}")
  run_page(c.md python 1 "${python3}")
else()
  message(STATUS "there is no python3: the program in Python of docs/c.md is not tried")
endif()
