# add_floor(NAME SOURCES … LINKS … PRIVATE_LINKS …) makes the static library tuner_NAME. LINKS are the
# floors below and what its headers need; PRIVATE_LINKS is what only its sources may see.
function(add_floor name)
    cmake_parse_arguments(FLOOR "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
    add_library(tuner_${name} STATIC ${FLOOR_SOURCES})
    target_link_libraries(tuner_${name} PUBLIC ${FLOOR_LINKS} PRIVATE tuner_flags ${FLOOR_PRIVATE_LINKS})
endfunction()
