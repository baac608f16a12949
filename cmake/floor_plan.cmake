# The floor plan, checked. weft_room(NAME MAY_INCLUDE rooms...) adds the files of a room to the library and
# stops the configure step if one of them includes a room, or an outside library, that it may not.
#
#   weft_room(graph MAY_INCLUDE core PRIVATE secret.hpp CONFINE boost/=boost_graph.hpp)
#
# PRIVATE headers are not installed. CONFINE prefix=file: only that file of the room may include <prefix...>;
# no other room may include it at all.

set(WEFT_OUTSIDE oneapi/ tbb/ dnnl omp.h boost/ hdf5 H5 rdkit/ GraphMol/ zlib.h lzma.h)

function(weft_check_includes room files allowed confined)
  foreach(path IN LISTS files)
    file(STRINGS "${path}" includes REGEX "^[ \t]*#[ \t]*include")
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE shown)
    cmake_path(GET path FILENAME name)
    foreach(line IN LISTS includes)
      if(line MATCHES "\"weft/([a-z_]+)/" AND NOT CMAKE_MATCH_1 IN_LIST allowed)
        message(FATAL_ERROR "floor plan: ${shown}: ${room}/ may not include ${CMAKE_MATCH_1}/")
      elseif(line MATCHES "\"" AND NOT line MATCHES "\"weft/")
        message(FATAL_ERROR "floor plan: ${shown}: spell project headers \"weft/<room>/<file>\": ${line}")
      endif()
      foreach(prefix IN LISTS WEFT_OUTSIDE)
        if(line MATCHES "<${prefix}")
          set(ok FALSE)
          foreach(pair IN LISTS confined)
            if(pair STREQUAL "${prefix}=${name}")
              set(ok TRUE)
            endif()
          endforeach()
          if(NOT ok)
            message(FATAL_ERROR "floor plan: ${shown}: may not include <${prefix}...>; it is confined to another file")
          endif()
        endif()
      endforeach()
    endforeach()
  endforeach()
endfunction()

function(weft_room room)
  cmake_parse_arguments(arg "" "" "MAY_INCLUDE;PRIVATE;CONFINE" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${room}/*.hpp" "${PROJECT_SOURCE_DIR}/${room}/*.cpp")
  weft_check_includes(${room} "${files}" "${room};${arg_MAY_INCLUDE}" "${arg_CONFINE}")

  # "weft/<room>/file.hpp" is spelt the same in the tree (through this link) and installed.
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include/weft")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${room}" "${PROJECT_BINARY_DIR}/include/weft/${room}" SYMBOLIC)
  foreach(path IN LISTS files)
    cmake_path(GET path FILENAME name)
    if(name MATCHES "\\.cpp$")
      target_sources(weft PRIVATE "${path}")
    elseif(NOT name IN_LIST arg_PRIVATE)
      target_sources(weft PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_BINARY_DIR}/include"
                                 FILES "${PROJECT_BINARY_DIR}/include/weft/${room}/${name}")
    endif()
  endforeach()
endfunction()
