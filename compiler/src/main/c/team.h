/* Threads that share the steps of a run. Thread 0 runs the program; where a step is worth it, it opens a section of so many
   units of work, of which every thread takes some until none are left. Nobody waits for a thread that has taken none: a
   worker that is late, or that the system has put aside, costs nothing. Who computes a unit does not change its result. */
#ifndef SV_TEAM_H
#define SV_TEAM_H
#include "part.h"
#include "platform.h"

/* Memory that the runtime gives, zeros at first; scratch of the workers follows. Sections are numbered through all runs and
   wrap; all runs have the same number of them. */
struct sv_team {
    unsigned long long
        ticket;        /* number of the open section << 32 | first << 16 | end of the units that nobody has taken */
    unsigned opened;   /* number of the last section that was opened */
    unsigned base;     /* the last number of the runs that have ended */
    unsigned sleepers; /* workers that sleep until `opened` changes */
    unsigned char apart[44];
    unsigned done;    /* units that workers have finished, in all sections */
    unsigned waiting; /* whether thread 0 sleeps until `done` changes */
    unsigned char apart_too[56];
};

/* A thread during one run. */
struct sv_member {
    struct sv_team *team; /* 0: nobody else is there */
    int thread, threads;
    unsigned begin;   /* the last section's number before this run */
    unsigned section; /* number of the section that it is in */
    unsigned done;    /* thread 0: what the team's was when the section was opened */
    int units;        /* of the section */
    int mine;         /* units that it has taken of them */
    int idle;         /* a worker that found nothing to do for a long while */
};

/* Scratch memory of a thread: thread 0's lies elsewhere. */
SV_INLINE void *sv_scratch(const struct sv_member *me, void *first, const long bytes) {
    return me->thread == 0 ? first : (unsigned char *)(me->team + 1) + (me->thread - 1) * bytes;
}

#ifdef SV_HAS_FUTEX
#define SV_IDLE_NANOSECONDS 2000000
#define SV_TIMED_OUT (-110)
#define SV_GET(word) __atomic_load_n(&(word), __ATOMIC_SEQ_CST)
#define SV_PUT(word, value) __atomic_store_n(&(word), value, __ATOMIC_SEQ_CST)

/* Thread 0 shows that the sections up to `number` are open or over. */
static void sv_announce(struct sv_team *team, const unsigned number) {
    SV_PUT(team->opened, number);
    if (SV_GET(team->sleepers)) sv_futex(&team->opened, SV_FUTEX_WAKE, 0x7fffffff, 0);
}

/* A worker waits until its section is open or over; for a run's first one not for ever, since there may be no further run. */
static void sv_await_section(struct sv_member *me) {
    struct sv_team *team = me->team;
    for (int i = 0; i < SV_SPINS; i++) {
        if ((int)(SV_GET(team->opened) - me->section) >= 0) return;
        sv_pause();
    }
    const long timeout[2] = {0, SV_IDLE_NANOSECONDS};
    const int first = me->section == me->begin + 1;
    __atomic_fetch_add(&team->sleepers, 1, __ATOMIC_SEQ_CST);
    for (unsigned opened = SV_GET(team->opened); (int)(opened - me->section) < 0; opened = SV_GET(team->opened))
        if (sv_futex(&team->opened, SV_FUTEX_WAIT, (long)opened, first ? timeout : 0) == SV_TIMED_OUT && first) {
            me->idle = 1;
            break;
        }
    __atomic_fetch_sub(&team->sleepers, 1, __ATOMIC_SEQ_CST);
}

/* Thread 0 waits until the workers have finished what they took. */
static void sv_await_units(struct sv_team *team, const unsigned done) {
    for (int i = 0; i < SV_SPINS; i++) {
        if (SV_GET(team->done) == done) return;
        sv_pause();
    }
    SV_PUT(team->waiting, 1);
    for (unsigned now = SV_GET(team->done); now != done; now = SV_GET(team->done))
        sv_futex(&team->done, SV_FUTEX_WAIT, (long)now, 0);
    SV_PUT(team->waiting, 0);
}

/* The section is over for this thread: nobody has to take units. */
static void sv_finish(struct sv_member *me) {
    struct sv_team *team = me->team;
    if (me->thread == 0) {
        sv_await_units(team, me->done + (unsigned)(me->units - me->mine));
    } else if (me->mine) {
        __atomic_fetch_add(&team->done, (unsigned)me->mine, __ATOMIC_SEQ_CST);
        if (SV_GET(team->waiting)) sv_futex(&team->done, SV_FUTEX_WAKE, 1, 0);
    }
}

/* Takes a share of what is left: thread 0 from the front, the others from the back, so that a thread mostly reads what it
   wrote in the step before. The last shares are small, that all end together. */
static int sv_take_some(struct sv_member *me, struct sv_part *part) {
    struct sv_team *team = me->team;
    unsigned long long ticket = SV_GET(team->ticket);
    for (;;) {
        const int first = (int)(ticket >> 16 & 0xffff), end = (int)(ticket & 0xffff);
        if ((unsigned)(ticket >> 32) != me->section || first >= end) return 0;
        const int share = (end - first + me->threads - 1) / me->threads;
        const int to = me->thread == 0 ? first + share : first, from = me->thread == 0 ? end : end - share;
        const unsigned long long rest = ticket >> 32 << 32 | (unsigned long long)to << 16 | (unsigned)from;
        if (__atomic_compare_exchange_n(&team->ticket, &ticket, rest, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
            part->first = me->thread == 0 ? first : from;
            part->end = me->thread == 0 ? to : end;
            me->mine += share;
            return 1;
        }
    }
}
#endif

/* Bytes that a team of so many threads needs: none where there can be no team. */
SV_ROUTINE long sv_team_bytes(const int threads, const long scratch) {
#ifdef SV_HAS_FUTEX
    return threads < 2 ? 0 : (long)sizeof(struct sv_team) + (threads - 1) * scratch;
#else
    return 0 * threads * scratch;
#endif
}

/* The beginning of a run; false for a worker where there are no threads. */
SV_ROUTINE int sv_join(struct sv_member *me, struct sv_team *team, const int thread, const int threads) {
    *me = (struct sv_member){.thread = thread, .threads = threads};
#ifdef SV_HAS_FUTEX
    me->team = team;
    if (team) me->section = me->begin = SV_GET(team->base);
    return team || thread == 0;
#else
    (void)team;
    return thread == 0;
#endif
}

/* The next section, of `units` units (below 65536). */
static __attribute__((noinline)) void sv_open(struct sv_member *me, const int units) {
    me->units = units;
    me->mine = 0;
#ifdef SV_HAS_FUTEX
    struct sv_team *team = me->team;
    if (!team || me->idle) return;
    me->section++;
    if (me->thread == 0) {
        me->done = SV_GET(team->done);
        SV_PUT(team->ticket, (unsigned long long)me->section << 32 | (unsigned)units);
        sv_announce(team, me->section);
    } else {
        sv_await_section(me);
    }
#endif
}

/* Whether there is a further part for this thread. When thread 0 hears that there is none, the section is complete. */
static __attribute__((noinline)) int sv_take(struct sv_member *me, struct sv_part *part) {
#ifdef SV_HAS_FUTEX
    if (me->team) {
        if (!me->idle && sv_take_some(me, part)) return 1;
        sv_finish(me);
        return 0;
    }
#endif
    *part = (struct sv_part){me->mine, me->units};
    me->mine = me->units;
    return part->first < part->end;
}

/* The end of a run of so many sections, those that a failure leaves out included: `status` for thread 0, for a worker whether it
   came for nothing. */
SV_ROUTINE int sv_leave(struct sv_member *me, const int sections, const int status) {
#ifdef SV_HAS_FUTEX
    if (me->team && me->thread == 0) {
        const unsigned end = me->begin + (unsigned)sections;
        if (end != me->section) sv_announce(me->team, end);
        SV_PUT(me->team->base, end);
    }
    return me->thread == 0 ? status : me->idle;
#else
    (void)me, (void)sections;
    return status;
#endif
}
#endif
