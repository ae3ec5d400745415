# Compiler settings of every target: C++20, warnings, sanitizers, ccache, a fast linker.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

add_library(tuner_flags INTERFACE)
target_compile_options(tuner_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    $<$<BOOL:${TUNER_WERROR}>:-Werror>
    $<$<CONFIG:Debug>:-D_GLIBCXX_ASSERTIONS>
)
# g++ 12 sees an overlapping copy in every optimised `"text" + string` (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(tuner_flags INTERFACE -Wno-restrict)
endif()
target_include_directories(tuner_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)

if(TUNER_SANITIZE)
    add_compile_options(-fsanitize=${TUNER_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${TUNER_SANITIZE})
    if(TUNER_SANITIZE MATCHES "thread")
        # Asio fences memory by atomic_thread_fence, which TSan cannot model and warns about.
        target_compile_options(tuner_flags INTERFACE -Wno-tsan)
    else()
        add_compile_options(-fno-sanitize-recover=all)
    endif()
endif()
if(TUNER_FUZZ)
    # What guides libFuzzer; the targets themselves bring its main(). Watching each comparison costs a
    # quarter of the speed and finds the words that the dictionaries have. The house's warnings are g++'s.
    add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp -w)
    add_link_options(-fsanitize=fuzzer-no-link)
    add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

# unite(TARGET APART …): a build with a sanitizer compiles the target's sources eight at a time, in a third of
# the time, since they include mostly the same. Other builds compile each alone and find what one does not
# include itself. APART are those that name something as another source does, or that a program of the tests
# replaces by its own.
function(unite target)
    cmake_parse_arguments(UNITE "" "" "APART" ${ARGN})
    if(TUNER_SANITIZE)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
        set_source_files_properties(${UNITE_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
endfunction()
if(TUNER_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Of united sources these tell nothing: what is one source's own is still its own.
    target_compile_options(tuner_flags INTERFACE -Wno-shadow -Wno-subobject-linkage)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
    add_link_options(-fuse-ld=mold)
endif()
