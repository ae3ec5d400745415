# add_floor(NAME SOURCES … LINKS … PRIVATE_LINKS …) makes the static library tuner_NAME. LINKS are the
# floors below and what its headers need; PRIVATE_LINKS is what only its sources may see.
# A COOL floor spends its time waiting for people and disks: it is optimised lightly, which halves its build.
# APART are sources that unite() leaves alone.
function(add_floor name)
    cmake_parse_arguments(FLOOR "COOL" "" "SOURCES;APART;LINKS;PRIVATE_LINKS" ${ARGN})
    add_library(tuner_${name} STATIC ${FLOOR_SOURCES})
    if(FLOOR_COOL)
        target_compile_options(tuner_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
    endif()
    target_link_libraries(tuner_${name} PUBLIC ${FLOOR_LINKS} PRIVATE tuner_flags ${FLOOR_PRIVATE_LINKS})
    unite(tuner_${name} APART ${FLOOR_APART})
endfunction()
