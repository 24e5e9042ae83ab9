#define CK_TABLE ck_baseline_f64
#define CK_DOUBLE 1
#define CK_VECTOR_BYTES 16
#include "kernels.h"
