# Debian packages, by CPack: libweft0, libweft-dev, and weft, the command. What runs is compiled for x86-64 (WEFT_ARCH), and
# again for each of WEFT_LEVELS into folders where the loader looks first on machines that are able to do more
# (ld.so(8), glibc-hwcaps). The command is a few lines; all that it does is a library of its own beside them.
#   cmake --preset package && cmake --build --preset package && cpack --config build/package/CPackConfig.cmake
set(WEFT_LEVELS "x86-64-v3;x86-64-v4" CACHE STRING "Instruction sets that packages hold the library for, beside WEFT_ARCH")
set(WEFT_MAINTAINER "Weft maintainers <maintainers@users.noreply.github.com>" CACHE STRING "Whom a package names as its maintainer")
if(NOT BUILD_SHARED_LIBS OR NOT WEFT_HIDE_SYMBOLS OR NOT WEFT_BUILD_CLI)
  message(FATAL_ERROR "WEFT_BUILD_PACKAGES: packages hold the shared library, its symbols hidden, and the command")
endif()

# The command's own library, of these objects of Weft, in its own folder; a level's in one below that.
set(command_folder "${CMAKE_INSTALL_LIBDIR}/weft")
file(WRITE "${PROJECT_BINARY_DIR}/package/command.map" "{ global: extern \"C++\" { weft::cli::run_command_line*; }; local: *; };\n")
function(weft_command_library target objects folder)
  add_library(${target} SHARED $<TARGET_OBJECTS:weft_commands> $<TARGET_OBJECTS:${objects}>)
  target_link_libraries(${target} PRIVATE ${weft_libraries} CURL::libcurl OpenSSL::Crypto ${httplib})
  target_link_options(${target} PRIVATE LINKER:--as-needed "LINKER:--version-script=${PROJECT_BINARY_DIR}/package/command.map")
  set_target_properties(${target} PROPERTIES OUTPUT_NAME weft-command INSTALL_RPATH ""
                                             LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
  install(TARGETS ${target} LIBRARY DESTINATION "${command_folder}/${folder}" COMPONENT command)
endfunction()

find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
get_directory_property(httplib DIRECTORY cli DEFINITION HTTPLIB_LINK_LIBRARIES)
set_target_properties(weft PROPERTIES INSTALL_RPATH "")
set_target_properties(weft_commands PROPERTIES POSITION_INDEPENDENT_CODE ON)
weft_command_library(weft_command weft_objects "")
target_include_directories(weft_command PUBLIC "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>")
set_target_properties(weft_cli PROPERTIES LINK_LIBRARIES weft_command CXX_STANDARD 20
                                          INSTALL_RPATH "${CMAKE_INSTALL_PREFIX}/${command_folder}")

get_target_property(weft_sources weft_objects SOURCES)
foreach(level IN LISTS WEFT_LEVELS)
  set(folder "glibc-hwcaps/${level}")
  add_library(weft_objects_${level} OBJECT ${weft_sources})
  weft_compile(weft_objects_${level} ${level})
  add_library(weft_${level} SHARED $<TARGET_OBJECTS:weft_objects_${level}>)
  weft_link(weft_objects_${level})
  weft_link(weft_${level})
  weft_finish_library(weft_${level})
  set_target_properties(weft_${level} PROPERTIES OUTPUT_NAME weft INSTALL_RPATH ""
                                                 LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
  install(TARGETS weft_${level} LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/${folder}" COMPONENT library NAMELINK_SKIP)
  weft_command_library(weft_command_${level} weft_objects_${level} ${folder})
endforeach()

# Packages of Debian 12 and 13 need other libraries, so the system is part of the version, and the newer one is the later.
cmake_host_system_information(RESULT debian QUERY DISTRIB_VERSION_ID)
set(release "1~deb${debian}")
set(version "${PROJECT_VERSION}-${release}")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)

# What Debian wants of every package; of the command's, a compressed manual, and no license beside that in `copyright`.
foreach(row IN ITEMS "library=libweft${PROJECT_VERSION_MAJOR}" "development=libweft-dev" "command=weft")
  string(REPLACE "=" ";" row "${row}")
  list(GET row 0 component)
  list(GET row 1 package)
  set(doc "${CMAKE_INSTALL_DATADIR}/doc/${package}")
  set(folder "${PROJECT_BINARY_DIR}/package/${package}")
  file(WRITE "${folder}/changelog.Debian" "weft (${version}) unstable; urgency=medium\n\n"
       "  * Weft ${PROJECT_VERSION}, made by cpack; what changed is in weft's CHANGELOG.md.\n\n -- ${WEFT_MAINTAINER}  ${date}\n")
  execute_process(COMMAND gzip -9nf "${folder}/changelog.Debian" COMMAND_ERROR_IS_FATAL ANY)
  install(FILES "${folder}/changelog.Debian.gz" DESTINATION "${doc}" COMPONENT ${component})
  install(FILES NOTICES DESTINATION "${doc}" RENAME copyright COMPONENT ${component})
  string(TOUPPER ${component} COMPONENT)
  set(CPACK_DEBIAN_${COMPONENT}_PACKAGE_NAME ${package})
endforeach()
install(CODE "
  set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")
  file(REMOVE \"\${share}/doc/weft/LICENSE\" \"\${share}/doc/weft/NOTICES\")
  execute_process(COMMAND gzip -9nf \"\${share}/man/man1/weft.1\" COMMAND_ERROR_IS_FATAL ANY)" COMPONENT command)
file(WRITE "${PROJECT_BINARY_DIR}/package/triggers" "activate-noawait ldconfig\n")
file(WRITE "${PROJECT_BINARY_DIR}/package/shlibs"
     "libweft ${PROJECT_VERSION_MAJOR} libweft${PROJECT_VERSION_MAJOR} (>= ${PROJECT_VERSION})\n")

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL library development command)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGING_INSTALL_PREFIX "${CMAKE_INSTALL_PREFIX}")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_PACKAGE_CONTACT "${WEFT_MAINTAINER}")
set(CPACK_PACKAGE_NAME weft)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "graph learning on CPUs in linear time")
set(about "Weft classifies nodes, judges whole graphs, says which nodes are joined, and
makes new graphs, at a cost that grows linearly with nodes and edges.\n")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
    WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_DEBIAN_PACKAGE_RELEASE "${release}")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA "${PROJECT_BINARY_DIR}/package/triggers" "${PROJECT_BINARY_DIR}/package/shlibs")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "${about}
This is the library that programs in C++ and C are linked with. It is here for
every x86-64 machine, and again for newer ones; the loader takes the best that
the machine is able to run.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libweft${PROJECT_VERSION_MAJOR} (= ${version})")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libboost-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "${about}
These are the headers for C++ and C, and what find_package(weft) of CMake and
pkg-config need to find them.")
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION science)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SUGGESTS "libweft-dev")
set(CPACK_DEBIAN_COMMAND_DESCRIPTION "${about}
This is the weft command with its manual, its pages and its examples. SMILES
of molecules are not read: that needs a build of Weft with RDKit.")
include(CPack)
