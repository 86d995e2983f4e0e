/* A hand-written library with the interface of a generated one: y = FACTOR * x + weights, N float32, the four weights again
 * and again. Freestanding. */
#ifndef FACTOR
#define FACTOR 2
#endif
#ifndef N
#define N 4
#endif
#ifndef ABI
#define ABI 3
#endif
#ifndef TEAM
#define TEAM 0 /* bytes that threads share: runs that thread 0 began, runs that thread 1 saw */
#endif
#define EXPORT(NAME) __attribute__((visibility("default"))) Java_io_selvedge_runtime_NativeEntry_##NAME

long EXPORT(address)(void **env, void *cls, void *buffer) {
  (void)cls;
  void *(*const get)(void **, void *) = (void *(*)(void **, void *))((void **)*env)[230];
  return (long)get(env, buffer);
}

int EXPORT(abi)(void **env, void *cls) {
  (void)env, (void)cls;
  return ABI;
}

long EXPORT(team)(void **env, void *cls, int threads) {
  (void)env, (void)cls;
  return threads > 1 ? TEAM : 0;
}

/* With several threads y is right only if thread 1 came. */
static int meet(int *team, int thread) {
  const int ours = __atomic_load_n(&team[thread], __ATOMIC_SEQ_CST) + (thread == 0);
  if (thread == 0) __atomic_store_n(&team[0], ours, __ATOMIC_SEQ_CST);
  for (long i = 0; i < (thread == 0 ? 4000000000 : 100000); i++) {
    const int theirs = __atomic_load_n(&team[1 - thread], __ATOMIC_SEQ_CST);
    if ((theirs == ours) == (thread == 0)) {
      if (thread == 1) __atomic_store_n(&team[1], theirs, __ATOMIC_SEQ_CST);
      return 1;
    }
  }
  return 0;
}

/* What is computed once: a copy of the weights, which run adds. */
int EXPORT(prepare)(void **env, void *cls, long weights, long prepared) {
  (void)env, (void)cls;
  for (int i = 0; i < 4; i++) ((float *)prepared)[i] = ((const float *)weights)[i];
  return 0;
}

/* A first element below -1000 makes it fail, one below -2000 is bad data for step 7, one above 1000 makes it slow: for tests. */
int EXPORT(run)(void **env, void *cls, long weights, long io, long arena, int thread, int threads) {
  (void)env, (void)cls;
  const int met = threads < 2 || thread > 1 || meet(((int *const *)io)[3], thread);
  if (thread > 0) return !met;
  if (!met) return -100;
  const float *w = ((const float *const *)io)[2];
  const float *x = ((const float *const *)io)[0];
  float *y = ((float *const *)io)[1];
  float *t = (float *)arena;
  if (weights % 64 != 0 || arena % 64 != 0 || (long)x % 64 != 0 || (long)y % 64 != 0) return -64;
  if (x[0] < -2000) return 8;
  if (x[0] < -1000) return -3;
  if (x[0] > 1000) {
    for (volatile long i = 0; i < 400000000; i++) continue;
  }
  for (int i = 0; i < N; i++) t[i] = FACTOR * x[i];
  for (int i = 0; i < N; i++) y[i] = t[i] + w[i % 4];
  return 0;
}

long EXPORT(profile)(void **env, void *cls, long weights, long io, long arena, int step) {
  (void)env, (void)cls, (void)weights, (void)arena;
  ((float *const *)io)[1][0] = (float)step;
  return 0;
}
