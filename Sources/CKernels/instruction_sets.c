#include "CKernels.h"
#include <string.h>

extern const ck_kernels ck_baseline_f32, ck_baseline_f64;
#if defined(__x86_64__)
extern const ck_kernels ck_avx512_f32, ck_avx512_f64, ck_avx2_f32, ck_avx2_f64;

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
    && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"); }

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl");
}
#endif

const char *ck_instruction_set(int32_t index) {
#if defined(__x86_64__)
    static const char *const names[] = {"avx512", "avx2", "baseline"};
#else
    static const char *const names[] = {"baseline"};
#endif
    return index >= 0 && index < (int32_t)(sizeof names / sizeof *names) ? names[index] : NULL;
}

const ck_kernels *ck_kernels_of(const char *name, int32_t is_double) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(name, "avx512") == 0) return has_avx512() ? is_double ? &ck_avx512_f64 : &ck_avx512_f32 : NULL;
    if (strcmp(name, "avx2") == 0) return has_avx2() ? is_double ? &ck_avx2_f64 : &ck_avx2_f32 : NULL;
#endif
    return strcmp(name, "baseline") == 0 ? ck_baseline_kernels(is_double) : NULL;
}

const ck_kernels *ck_baseline_kernels(int32_t is_double) { return is_double ? &ck_baseline_f64 : &ck_baseline_f32; }
