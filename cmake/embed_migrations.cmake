# Writes OUTPUT, a header with the text of each migration in MIGRATIONS (in order, separated by |):
# cmake -DOUTPUT=… -DMIGRATIONS=a.sql|b.sql -P embed_migrations.cmake

string(REPLACE "|" ";" files "${MIGRATIONS}")
set(entries "")
set(version 0)
foreach(file IN LISTS files)
    math(EXPR version "${version} + 1")
    get_filename_component(name "${file}" NAME)
    file(READ "${file}" text)
    string(APPEND entries "    {${version}, \"${name}\", R\"sql(${text})sql\"},\n")
endforeach()

file(WRITE "${OUTPUT}" "// Made from schemas/storage/ by cmake/embed_migrations.cmake.

#pragma once

#include \"tuner/storage/migrations.h\"

namespace tuner {

inline constexpr Migration kMigrations[] = {
${entries}};

}  // namespace tuner
")
