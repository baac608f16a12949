# Compares the names that libweft.so exports with tests/exported_names.txt, so that nothing becomes public, or vanishes,
# unseen. Names of inline functions, templates and tables of types come and go with what a compiler inlines; of them it
# is only asked that they are Weft's.
#   cmake -DLIBRARY=<libweft.so> -DNM=<nm> -DLIST=<list> -DWORK=<scratch folder> [-DUPDATE=ON] -P exported_names_test.cmake
# After a wanted change, `cmake --build build/release --target update_exported_names` writes the list anew.
cmake_minimum_required(VERSION 3.25)

file(MAKE_DIRECTORY "${WORK}")
set(found "${WORK}/exported_names.txt")
set(ENV{LC_ALL} C)
execute_process(COMMAND "${NM}" -DC --defined-only "${LIBRARY}"
                COMMAND awk "{ sub(/^[0-9a-f]+ . /, \"\") } !/^((vtable|typeinfo|typeinfo name|VTT) for )?weft::|^weft_[a-z_]+$/"
                OUTPUT_VARIABLE foreign COMMAND_ERROR_IS_FATAL ANY)
if(foreign)
  message(FATAL_ERROR "${LIBRARY} exports names that are neither in the namespace weft nor C's weft_...:\n${foreign}")
endif()
execute_process(COMMAND "${NM}" -DC --defined-only "${LIBRARY}"
                COMMAND awk "$2 ~ /^[TDRB]$/ { sub(/^[0-9a-f]+ . /, \"\"); print }"
                COMMAND grep -vE "^(vtable|typeinfo|typeinfo name|VTT) for "
                COMMAND sort -u
                OUTPUT_FILE "${found}" COMMAND_ERROR_IS_FATAL ANY)
if(UPDATE)
  file(COPY_FILE "${found}" "${LIST}")
  return()
endif()
execute_process(COMMAND diff -U0 "${LIST}" "${found}" RESULT_VARIABLE status OUTPUT_VARIABLE difference)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the library exports other names than ${LIST} says (+ is new, - is gone):\n${difference}")
endif()
