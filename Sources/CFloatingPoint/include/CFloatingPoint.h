#pragma once
#include <stdint.h>

/// Has the cache line at `address` fetched.
static inline void cfloatingpoint_prefetch(const void *address) { __builtin_prefetch(address); }

// Swift has no name for the floating-point control register, nor for the pause instruction.
#if defined(__x86_64__)
#include <xmmintrin.h>

/// Makes the calling thread treat denormal inputs and results as 0; answers the register as it was.
static inline uint64_t cfloatingpoint_flush_denormals(void) {
    uint32_t before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u); // FTZ (bit 15) and DAZ (bit 6)
    return before;
}

/// Puts back what `cfloatingpoint_flush_denormals` answered.
static inline void cfloatingpoint_restore(uint64_t before) { _mm_setcsr((uint32_t)before); }

/// Tells the core that this thread is waiting in a loop.
static inline void cfloatingpoint_pause(void) { _mm_pause(); }

#elif defined(__aarch64__)

static inline uint64_t cfloatingpoint_flush_denormals(void) {
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (1ull << 24))); // FZ
    return before;
}

static inline void cfloatingpoint_restore(uint64_t before) { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }

static inline void cfloatingpoint_pause(void) { __asm__ volatile("yield"); }

#else

static inline uint64_t cfloatingpoint_flush_denormals(void) { return 0; }
static inline void cfloatingpoint_restore(uint64_t before) { (void)before; }
static inline void cfloatingpoint_pause(void) {}

#endif
