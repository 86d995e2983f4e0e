/* What threads need of the operating system, without its library: to sleep until another thread changes a word. Where this
   is not known, SV_HAS_FUTEX is not defined and programs run on one thread. */
#ifndef SV_PLATFORM_H
#define SV_PLATFORM_H

#define SV_FUTEX_WAIT 128 /* FUTEX_WAIT, FUTEX_WAKE and FUTEX_PRIVATE_FLAG, from linux/futex.h */
#define SV_FUTEX_WAKE 129

#if defined(__linux__) && defined(__x86_64__)
#define SV_HAS_FUTEX
#define SV_SPINS 400 /* about 10 microseconds of pauses */
static inline long sv_futex(unsigned *word, const long operation, const long value, const void *timeout) {
    long result;
    register const void *fourth __asm__("r10") = timeout;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(202L), "D"(word), "S"(operation), "d"(value), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
}
static inline void sv_pause(void) {
    __builtin_ia32_pause();
}

#elif defined(__linux__) && defined(__aarch64__)
#define SV_HAS_FUTEX
#define SV_SPINS 1000
static inline long sv_futex(unsigned *word, const long operation, const long value, const void *timeout) {
    register long number __asm__("x8") = 98;
    register long first __asm__("x0") = (long)word;
    register long second __asm__("x1") = operation;
    register long third __asm__("x2") = value;
    register const void *fourth __asm__("x3") = timeout;
    __asm__ volatile("svc 0" : "+r"(first) : "r"(number), "r"(second), "r"(third), "r"(fourth) : "memory");
    return first;
}
static inline void sv_pause(void) {
    /* A yield does nothing on most cores; this waits for some ten cycles. */
    __asm__ volatile("isb" ::: "memory");
}

#elif defined(__linux__) && defined(__riscv) && __riscv_xlen == 64
#define SV_HAS_FUTEX
#define SV_SPINS 2000
static inline long sv_futex(unsigned *word, const long operation, const long value, const void *timeout) {
    register long number __asm__("a7") = 98;
    register long first __asm__("a0") = (long)word;
    register long second __asm__("a1") = operation;
    register long third __asm__("a2") = value;
    register const void *fourth __asm__("a3") = timeout;
    __asm__ volatile("ecall" : "+r"(first) : "r"(number), "r"(second), "r"(third), "r"(fourth) : "memory");
    return first;
}
static inline void sv_pause(void) {
    /* The pause hint, which older assemblers do not know; a fence that orders nothing elsewhere. */
    __asm__ volatile(".4byte 0x0100000f" ::: "memory");
}
#endif
#endif
