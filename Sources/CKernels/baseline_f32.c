#define CK_TABLE ck_baseline_f32
#define CK_DOUBLE 0
#define CK_VECTOR_BYTES 16
#include "kernels.h"
