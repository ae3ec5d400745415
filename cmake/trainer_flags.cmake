# What the trainer is compiled with: always optimized, since an unoptimized one is some fifty times slower and the
# tests of the whole run it; and its arithmetic for AVX2 where the build machine has it: three times faster.

include(CheckCXXSourceRuns)
check_cxx_source_runs(
    "int main() { return __builtin_cpu_supports(\"avx2\") && __builtin_cpu_supports(\"fma\") ? 0 : 1; }"
    TRAINER_HOST_HAS_AVX2
)
option(TRAINER_AVX2 "Compile the trainer for processors with AVX2 and FMA" ${TRAINER_HOST_HAS_AVX2})

# The sources with the arithmetic. -fno-math-errno lets square roots be vectorized; it changes no result.
set(TRAINER_ARITHMETIC
    trainer/dense_network.cpp
    trainer/embedding.cpp
    trainer/linear_part.cpp
    trainer/optimizers.cpp
    trainer/wide_and_deep.cpp
)
set_source_files_properties(${TRAINER_ARITHMETIC} PROPERTIES COMPILE_OPTIONS
    "-O3;-fno-math-errno;$<$<BOOL:${TRAINER_AVX2}>:-march=x86-64-v3>"
)
if(TRAINER_AVX2)
    set_source_files_properties(trainer/main.cpp PROPERTIES COMPILE_DEFINITIONS TRAINER_NEEDS_AVX2)
endif()
