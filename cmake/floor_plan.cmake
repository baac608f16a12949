# The floor plan, checked: the configure step stops where a file includes a room, or an outside library,
# that it may not.
#
#   weft_room(graph MAY_INCLUDE core PUBLIC csr_graph.hpp CONFINE boost/=boost_graph.hpp)
#     adds the files of a room to the library; a room may stand in the folder of another (layers/kernels). Only PUBLIC
#     headers are installed and exported, and they may include public headers alone. CONFINE prefix=file: only that file
#     of the room may include <prefix...>; no other room may include it at all.
#   weft_door(weft.hpp)
#     after all rooms: the one header that stands in none, which gathers public ones for programs.
#   weft_program(cli MAY_INCLUDE core graph USES CLI/ CONFINE curl/=http_download.cpp)
#     checks a folder of programs, in which every file may include the outside libraries it USES, and one file alone
#     those that are confined to it.

set(WEFT_OUTSIDE oneapi/ tbb/ dnnl omp.h boost/ Eigen/ Spectra/ metis.h hdf5 H5 rdkit/ DataStructs/ GraphMol/ RDGeneral/ zlib.h
    lzma.h bzlib.h zstd.h archive pugi sqlite3.h CLI/ toml++/ nlohmann/ curl/ openssl/ mpi.h nanobind/ Python.h httplib.h)

# Sets `problem` in the caller's scope to the rule that one #include line breaks; empty if it breaks none.
function(weft_judge_include line room name allowed confined)
  set(problem "")
  if(line MATCHES "\"([^\"]*)\"")
    set(header "${CMAKE_MATCH_1}")
    if(NOT header MATCHES "^weft/([a-z]+|[a-z]+/[a-z]+)/[a-z0-9_]+\\.(hpp|h)$")
      set(problem "spell project headers \"weft/<room>/<file>\": ${line}")
    else()
      string(REGEX REPLACE "^weft/(.*)/[a-z0-9_]+\\.(hpp|h)$" "\\1" included "${header}")
      if(NOT included IN_LIST allowed)
        set(problem "${room}/ may not include ${included}/")
      endif()
    endif()
  elseif(line MATCHES "<[ \t]*weft/")
    set(problem "spell project headers \"weft/<room>/<file>\": ${line}")
  elseif(line MATCHES "<[ \t]*([^>]+)>")
    set(header "${CMAKE_MATCH_1}")
    foreach(prefix IN LISTS WEFT_OUTSIDE)
      string(FIND "${header}" "${prefix}" position)
      if(position EQUAL 0 AND NOT "${prefix}=${name}" IN_LIST confined AND NOT "${prefix}=*" IN_LIST confined)
        set(problem "may not include <${prefix}...>; it is confined to another file")
      endif()
    endforeach()
  endif()
  set(problem "${problem}" PARENT_SCOPE)
endfunction()

function(weft_check_includes room files allowed confined)
  foreach(path IN LISTS files)
    file(STRINGS "${path}" includes REGEX "^[ \t]*#[ \t]*include")
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE shown)
    cmake_path(GET path FILENAME name)
    foreach(line IN LISTS includes)
      weft_judge_include("${line}" ${room} "${name}" "${allowed}" "${confined}")
      if(NOT problem STREQUAL "")
        message(FATAL_ERROR "floor plan: ${shown}: ${problem}")
      endif()
    endforeach()
  endforeach()
endfunction()

# A public header that includes a private one would not compile where Weft is installed.
function(weft_check_public headers)
  get_property(public GLOBAL PROPERTY weft_public_headers)
  foreach(header IN LISTS headers)
    file(STRINGS "${PROJECT_SOURCE_DIR}/${header}" includes REGEX "^[ \t]*#[ \t]*include[ \t]*\"weft/")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE ".*\"weft/([^\"]*)\".*" "\\1" included "${line}")
      if(NOT included IN_LIST public)
        message(FATAL_ERROR "floor plan: ${header}: is public and may not include ${included}, which is private")
      endif()
    endforeach()
  endforeach()
endfunction()

# What a header declares between these two lines is exported from the shared library, all else is not.
function(weft_check_exports room files public)
  foreach(path IN LISTS files)
    cmake_path(GET path FILENAME name)
    file(STRINGS "${path}" marks REGEX "^#pragma GCC visibility (push\\(default\\)|pop)$")
    list(JOIN marks " " marks)
    if(name IN_LIST public AND NOT marks STREQUAL "#pragma GCC visibility push(default) #pragma GCC visibility pop")
      message(FATAL_ERROR "floor plan: ${room}/${name}: is public and needs the lines '#pragma GCC visibility push(default)'"
                          " before its namespace and '#pragma GCC visibility pop' after it")
    elseif(NOT name IN_LIST public AND marks)
      message(FATAL_ERROR "floor plan: ${room}/${name}: is private and may not export what it declares (${marks})")
    endif()
  endforeach()
endfunction()

function(weft_room room)
  cmake_parse_arguments(arg "" "" "MAY_INCLUDE;PUBLIC;CONFINE" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${room}/*.h" "${PROJECT_SOURCE_DIR}/${room}/*.hpp"
       "${PROJECT_SOURCE_DIR}/${room}/*.cpp")
  weft_check_includes(${room} "${files}" "${room};${arg_MAY_INCLUDE}" "${arg_CONFINE}")
  set(public "${arg_PUBLIC}")
  list(TRANSFORM public PREPEND "${room}/")
  foreach(name IN LISTS arg_PUBLIC)
    if(NOT EXISTS "${PROJECT_SOURCE_DIR}/${room}/${name}")
      message(FATAL_ERROR "floor plan: ${room}/${name} is said to be public, but there is no such file")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY weft_rooms "${room}")
  set_property(GLOBAL APPEND PROPERTY weft_public_headers "${public}")
  weft_check_public("${public}")
  weft_check_exports(${room} "${files}" "${arg_PUBLIC}")

  # "weft/<room>/file.hpp" is spelled the same in the tree (through this link) and installed.
  if(NOT room MATCHES "/")
    file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include/weft")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${room}" "${PROJECT_BINARY_DIR}/include/weft/${room}" SYMBOLIC)
  endif()
  list(FILTER files INCLUDE REGEX "\\.cpp$")
  target_sources(weft_objects PRIVATE ${files})
  list(TRANSFORM public PREPEND "${PROJECT_BINARY_DIR}/include/weft/")
  target_sources(weft PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_BINARY_DIR}/include" FILES ${public})
endfunction()

function(weft_door header)
  weft_check_public("${header}")
  # A copy: a link would be installed as a link into this tree.
  configure_file("${PROJECT_SOURCE_DIR}/${header}" "${PROJECT_BINARY_DIR}/include/weft/${header}" COPYONLY)
  target_sources(weft PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_BINARY_DIR}/include"
                             FILES "${PROJECT_BINARY_DIR}/include/weft/${header}")

  # A folder in a room that is none itself would be neither checked nor compiled.
  get_property(rooms GLOBAL PROPERTY weft_rooms)
  foreach(room IN LISTS rooms)
    file(GLOB_RECURSE files RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS
         "${PROJECT_SOURCE_DIR}/${room}/*.hpp" "${PROJECT_SOURCE_DIR}/${room}/*.cpp")
    foreach(path IN LISTS files)
      cmake_path(GET path PARENT_PATH folder)
      if(NOT folder IN_LIST rooms)
        message(FATAL_ERROR "floor plan: ${path}: ${folder}/ is not a room; give it a weft_room() line")
      endif()
    endforeach()
  endforeach()
endfunction()

function(weft_program folder)
  cmake_parse_arguments(arg "" "" "MAY_INCLUDE;USES;CONFINE" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.hpp" "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
  list(TRANSFORM arg_USES APPEND "=*")
  weft_check_includes(${folder} "${files}" "${folder};${arg_MAY_INCLUDE}" "${arg_USES};${arg_CONFINE}")
endfunction()
