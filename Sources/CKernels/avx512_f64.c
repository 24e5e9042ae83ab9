#if defined(__x86_64__)
#define CK_TABLE ck_avx512_f64
#define CK_DOUBLE 1
#define CK_VECTOR_BYTES 64
#define CK_TARGET "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi,bmi2"
#include "kernels.h"
#endif
