# Headers that most files include, parsed once for the library and once for all tests. What an installed header forgets
# to include is found all the same: the test of the installed package compiles each of them alone.
#   weft_precompile(target [<more>...])       the target parses them
#   weft_precompile_as(target other)          the target takes those of the other, which is compiled with the same flags

# ccache sees through them with this and, in its environment, CCACHE_SLOPPINESS=pch_defines,time_macros.
function(weft_show_precompiled_to_ccache target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()

function(weft_precompile target)
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <atomic> <bit> <cmath> <cstdint> <cstring> <filesystem>
                            <functional> <limits> <map> <memory> <numeric> <optional> <span> <sstream> <string>
                            <string_view> <unordered_map> <utility> <vector> ${ARGN})
  weft_show_precompiled_to_ccache(${target})
endfunction()

function(weft_precompile_as target other)
  target_precompile_headers(${target} REUSE_FROM ${other})
  weft_show_precompiled_to_ccache(${target})
endfunction()
