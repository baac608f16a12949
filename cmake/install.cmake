# install(): the library, its headers and the package that find_package(weft) finds.
include(CMakePackageConfigHelpers)
install(TARGETS weft EXPORT weft-targets FILE_SET HEADERS)
install(EXPORT weft-targets NAMESPACE weft:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
