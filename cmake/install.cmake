# install(): the library, its headers, the two ways to find it, find_package(weft) and pkg-config, and what is read: pages,
# examples, license. A component is what a package of its own may hold.
# No public header names an outside library but Boost.Graph's adaptor, so users of the shared library need
# nothing else; a static one has them link what it was built on, and its package finds that again.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/weft")

install(TARGETS weft EXPORT weft-targets
        LIBRARY COMPONENT library NAMELINK_COMPONENT development
        ARCHIVE COMPONENT development
        FILE_SET HEADERS COMPONENT development)
install(EXPORT weft-targets NAMESPACE weft:: DESTINATION "${package_dir}" COMPONENT development)

configure_package_config_file(cmake/weft-config.cmake.in "${PROJECT_BINARY_DIR}/package/weft-config.cmake"
                              INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/weft-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/package/weft-config.cmake" "${PROJECT_BINARY_DIR}/package/weft-config-version.cmake"
        DESTINATION "${package_dir}" COMPONENT development)

file(RELATIVE_PATH from_pc_to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
if(BUILD_SHARED_LIBS)
  set(pc_libs_of_a_static_weft "")
else()
  install(FILES cmake/FindDNNL.cmake cmake/FindMETIS.cmake cmake/FindRDKit.cmake cmake/FindZstd.cmake
          DESTINATION "${package_dir}" COMPONENT development)
  string(JOIN " " hdf5_libs ${HDF5_C_LIBRARIES})
  get_target_property(openmp_libs DNNL::dnnl INTERFACE_LINK_LIBRARIES)
  if(NOT openmp_libs)
    set(openmp_libs "")
  endif()
  set(metis_libs "")
  if(METIS_FOUND)
    set(metis_libs "${METIS_LIBRARY}")
  endif()
  string(JOIN " " rdkit_libs ${RDKit_LIBRARIES})
  set(pc_libs_of_a_static_weft "${DNNL_LIBRARY} ${openmp_libs} ${hdf5_libs} ${metis_libs} ${rdkit_libs} -larchive -lpugixml -lsqlite3 -ltbb -lz -llzma -lbz2 -lzstd -lstdc++ -lm")
endif()
# C is spoken to by the same library; its compilers want no standard of C++.
foreach(package weft weft-c)
  configure_file(cmake/${package}.pc.in "${PROJECT_BINARY_DIR}/package/${package}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/package/${package}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
          COMPONENT development)
endforeach()

if(PROJECT_IS_TOP_LEVEL)
  install(FILES LICENSE NOTICES README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT command)
  install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs" COMPONENT command)
  install(DIRECTORY examples DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT command)
endif()
