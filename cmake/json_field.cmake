# cmake -DFILE=figures.json -DFIELD=test -P json_field.cmake: prints one field of the JSON object in a file.
cmake_minimum_required(VERSION 3.25)
file(READ "${FILE}" text)
string(JSON value GET "${text}" "${FIELD}")
execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "${value}")
