/* What the library exports: the run function for C and JNI entries for class io.selvedge.runtime.NativeEntry, declared
   by hand because there is no jni.h and no libc. Addresses travel as 64-bit integers. */
#ifndef SV_ENTRY_H
#define SV_ENTRY_H
#define SV_EXPORT __attribute__((visibility("default")))
#define SV_ABI 3

SV_EXPORT int selvedge_run(const unsigned char *weights, void *const *io, unsigned char *arena, int thread,
                           int threads);
/* Fills what is computed once from the weights; its address is the last of the io table. */
SV_EXPORT void selvedge_prepare(const unsigned char *weights, unsigned char *prepared);
/* Bytes of zeros, 64-byte aligned, that so many threads need to run a program together; 0 where they cannot. The address is the
   entry of the io table behind the prepared weights, read where threads is above 1. Every thread calls selvedge_run with its own
   number, thread 0's result counts; another one gets 1 where thread 0 has not come. */
SV_EXPORT long selvedge_team(int threads);
SV_EXPORT void selvedge_step(const unsigned char *weights, void *const *io, unsigned char *arena, int step);

/* No Java loads a WebAssembly module. */
#ifndef __wasm__
#define SV_GET_DIRECT_BUFFER_ADDRESS 230 /* slot of the JNI function table, fixed by the JNI specification */

typedef long long sv_jlong;
typedef int sv_jint;
typedef void *const **sv_jni; /* JNIEnv*: points to the function table */

SV_EXPORT sv_jlong Java_io_selvedge_runtime_NativeEntry_address(sv_jni env, void *cls, void *buffer);
SV_EXPORT sv_jint Java_io_selvedge_runtime_NativeEntry_abi(sv_jni env, void *cls);
SV_EXPORT sv_jint Java_io_selvedge_runtime_NativeEntry_run(sv_jni env, void *cls, sv_jlong weights, sv_jlong io,
                                                           sv_jlong arena, sv_jint thread, sv_jint threads);
SV_EXPORT sv_jint Java_io_selvedge_runtime_NativeEntry_prepare(sv_jni env, void *cls, sv_jlong weights,
                                                               sv_jlong prepared);
SV_EXPORT sv_jlong Java_io_selvedge_runtime_NativeEntry_team(sv_jni env, void *cls, sv_jint threads);
SV_EXPORT sv_jlong Java_io_selvedge_runtime_NativeEntry_profile(sv_jni env, void *cls, sv_jlong weights, sv_jlong io,
                                                                sv_jlong arena, sv_jint step);

sv_jlong Java_io_selvedge_runtime_NativeEntry_address(sv_jni env, void *cls, void *buffer) {
    (void)cls;
    void *(*address)(sv_jni, void *) = (void *(*)(sv_jni, void *))(*env)[SV_GET_DIRECT_BUFFER_ADDRESS];
    return (sv_jlong)(__UINTPTR_TYPE__)address(env, buffer);
}
sv_jint Java_io_selvedge_runtime_NativeEntry_abi(sv_jni env, void *cls) {
    (void)env, (void)cls;
    return SV_ABI;
}
sv_jint Java_io_selvedge_runtime_NativeEntry_run(sv_jni env, void *cls, sv_jlong weights, sv_jlong io, sv_jlong arena,
                                                 sv_jint thread, sv_jint threads) {
    (void)env, (void)cls;
    return selvedge_run((const unsigned char *)(__UINTPTR_TYPE__)weights, (void *const *)(__UINTPTR_TYPE__)io,
                        (unsigned char *)(__UINTPTR_TYPE__)arena, thread, threads);
}
sv_jint Java_io_selvedge_runtime_NativeEntry_prepare(sv_jni env, void *cls, sv_jlong weights, sv_jlong prepared) {
    (void)env, (void)cls;
    selvedge_prepare((const unsigned char *)(__UINTPTR_TYPE__)weights, (unsigned char *)(__UINTPTR_TYPE__)prepared);
    return 0;
}
sv_jlong Java_io_selvedge_runtime_NativeEntry_team(sv_jni env, void *cls, sv_jint threads) {
    (void)env, (void)cls;
    return selvedge_team(threads);
}
sv_jlong Java_io_selvedge_runtime_NativeEntry_profile(sv_jni env, void *cls, sv_jlong weights, sv_jlong io,
                                                      sv_jlong arena, sv_jint step) {
    (void)env, (void)cls;
    selvedge_step((const unsigned char *)(__UINTPTR_TYPE__)weights, (void *const *)(__UINTPTR_TYPE__)io,
                  (unsigned char *)(__UINTPTR_TYPE__)arena, step);
    return 0;
}
#endif
#endif
