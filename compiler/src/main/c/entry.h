/* JNI exports, declared by hand: no jni.h, no libc. Slot 230 of the function table is GetDirectBufferAddress. */
#define SV_EXPORT __attribute__((visibility("default")))
#define SV_JNI(NAME) Java_io_selvedge_runtime_NativeEntry_##NAME
SV_EXPORT int selvedge_run(const sv_byte *weights, void *const *io, sv_byte *arena, int thread, int threads);
SV_EXPORT void selvedge_step(const sv_byte *weights, void *const *io, sv_byte *arena, int step);
SV_EXPORT long SV_JNI(address)(void **env, void *cls, void *buffer);
SV_EXPORT int SV_JNI(abi)(void **env, void *cls);
SV_EXPORT int SV_JNI(run)(void **env, void *cls, long weights, long io, long arena, int thread, int threads);
SV_EXPORT long SV_JNI(profile)(void **env, void *cls, long weights, long io, long arena, int step);

long SV_JNI(address)(void **env, void *cls, void *buffer) {
  (void)cls;
  void *(*const get)(void **, void *) = (void *(*)(void **, void *))((void **)*env)[230];
  return (long)get(env, buffer);
}
int SV_JNI(abi)(void **env, void *cls) {
  (void)env, (void)cls;
  return 1;
}
int SV_JNI(run)(void **env, void *cls, long weights, long io, long arena, int thread, int threads) {
  (void)env, (void)cls;
  return selvedge_run((const sv_byte *)weights, (void *const *)io, (sv_byte *)arena, thread, threads);
}
long SV_JNI(profile)(void **env, void *cls, long weights, long io, long arena, int step) {
  (void)env, (void)cls;
  selvedge_step((const sv_byte *)weights, (void *const *)io, (sv_byte *)arena, step);
  return 0;
}
