#if defined(__x86_64__)
#define CK_TABLE ck_avx2_f64
#define CK_DOUBLE 1
#define CK_VECTOR_BYTES 32
#define CK_TARGET "avx2,fma,bmi,bmi2"
#include "kernels.h"
#endif
