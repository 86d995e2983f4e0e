/* Threads in the sections of team.h, some of them late, some runs failing half-way: every unit of a section that was opened is
   computed once, none of one that was not. */
#include "isa_generic.h"
#include "team.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTIONS = 6, RUNS = 600, MOST = 500, THREADS = 4 };
static const int units[SECTIONS] = {2, 64, 3, MOST, 7, 40};
static int computed[SECTIONS][MOST];
static struct sv_team *team;
static int threads, over;

static int fails(const int run) {
    return run % 3 == 1 ? run / 3 % SECTIONS : SECTIONS;
}

static int run(const int thread, const int number) {
    struct sv_member member, *me = &member;
    unsigned seed = (unsigned)(thread + 7 * number);
    sv_join(me, team, thread, threads);
    for (int s = 0; s < SECTIONS; s++) {
        struct sv_part part;
        if (thread == 0 && s == fails(number)) return sv_leave(me, SECTIONS, 1);
        sv_open(me, units[s]);
        while (sv_take(me, &part))
            for (int u = part.first; u < part.end; u++) {
                if (rand_r(&seed) % 200 == 0) usleep(20);
                __atomic_fetch_add(&computed[s][u], 1, __ATOMIC_RELAXED);
            }
        if (thread == 0)
            for (int u = 0; u < units[s]; u++)
                if (__atomic_exchange_n(&computed[s][u], 0, __ATOMIC_RELAXED) != 1) {
                    printf("unit %d of section %d in run %d of %d threads\n", u, s, number, threads);
                    exit(1);
                }
    }
    return sv_leave(me, SECTIONS, 0);
}

static void *work(void *thread) {
    for (int n = 0; !__atomic_load_n(&over, __ATOMIC_SEQ_CST); n++) {
        if (n % 5 == 0) usleep(100);
        run((int)(long)thread, n);
    }
    return 0;
}

int main(void) {
    for (threads = 2; threads <= THREADS; threads++) {
        const long bytes = sv_team_bytes(threads, 0);
        team = aligned_alloc(64, (unsigned long)(bytes + 63) / 64 * 64);
        memset(team, 0, (unsigned long)bytes);
        over = 0;
        pthread_t workers[THREADS];
        for (long t = 1; t < threads; t++) pthread_create(&workers[t], 0, work, (void *)t);
        for (int n = 0; n < RUNS; n++)
            if (run(0, n) != (fails(n) < SECTIONS)) return 2;
        __atomic_store_n(&over, 1, __ATOMIC_SEQ_CST);
        for (int t = 1; t < threads; t++) pthread_join(workers[t], 0);
        for (int s = 0; s < SECTIONS; s++)
            for (int u = 0; u < MOST; u++)
                if (computed[s][u]) {
                    printf("unit %d of section %d, which was not opened\n", u, s);
                    return 3;
                }
        free(team);
    }
    return 0;
}
