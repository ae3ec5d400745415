# What the trainer is compiled with: always optimized, since an unoptimized one is too slow for the tests that
# run it; and its arithmetic for AVX2 where the build machine has it: three times faster.

include(CheckCXXSourceRuns)
check_cxx_source_runs(
    "int main() { return __builtin_cpu_supports(\"avx2\") && __builtin_cpu_supports(\"fma\") ? 0 : 1; }"
    TRAINER_HOST_HAS_AVX2
)
option(TRAINER_AVX2 "Compile the trainer for processors with AVX2 and FMA" ${TRAINER_HOST_HAS_AVX2})

# -fno-math-errno lets square roots be vectorized; it changes no result.
set_source_files_properties(${TRAINER_ARITHMETIC} PROPERTIES COMPILE_OPTIONS
    "-O3;-fno-math-errno;$<$<BOOL:${TRAINER_AVX2}>:-march=x86-64-v3>"
)
if(TRAINER_AVX2)
    set_source_files_properties(trainer/main.cpp PROPERTIES COMPILE_DEFINITIONS TRAINER_NEEDS_AVX2)
endif()
