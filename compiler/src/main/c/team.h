/* Threads that share the steps of a run. Thread 0 runs the program; where a step is worth it, it opens a section of so many
   units of work, an equal range of them for every thread. A thread takes parts of its own range, and then of what others have
   left of theirs, until none are left. Nobody waits for a thread that has taken none: a worker that is late, or that the system
   has put aside, costs nothing. Who computes a unit does not change its result.

   A line of memory that another thread has written takes up to half a microsecond where processors share no cache. So in a
   section where all keep pace only `opened` and `done` move. */
#ifndef SV_TEAM_H
#define SV_TEAM_H
#include "part.h"
#include "platform.h"

/* What a thread has left of its range: number of the section << 32 | first << 16 | end. Of an older section: all of it. */
struct sv_range {
    unsigned long long left;
    unsigned char apart[120];
};

/* Memory that the runtime gives, zeros at first; the threads' ranges and scratch of the workers follow. Sections are numbered
   through all runs and wrap; all runs have the same number of them. */
struct sv_team {
    unsigned opened;   /* number of the last section that was opened */
    unsigned base;     /* the last number of the runs that have ended */
    unsigned sleepers; /* workers that sleep until `opened` changes */
    unsigned char apart[116];
    unsigned done;    /* units that workers have finished, in all sections */
    unsigned waiting; /* whether thread 0 sleeps until `done` changes */
    unsigned char apart_too[120];
    struct sv_range ranges[];
};

/* A thread during one run. */
struct sv_member {
    struct sv_team *team; /* 0: nobody else is there */
    int thread, threads;
    unsigned begin;   /* the last section's number before this run */
    unsigned section; /* number of the section that it is in */
    unsigned done;    /* thread 0: what the team's was when the section was opened */
    int units;        /* of the section */
    int mine;         /* units that it has taken of them; a worker: that it has not yet shown as done */
    int idle;         /* a worker that found nothing to do for a long while */
};

/* Scratch memory of a thread: thread 0's lies elsewhere. */
SV_INLINE void *sv_scratch(const struct sv_member *me, void *first, const long bytes) {
    return me->thread == 0 ? first : (unsigned char *)&me->team->ranges[me->threads] + (me->thread - 1) * bytes;
}

#ifdef SV_HAS_FUTEX
#define SV_IDLE_NANOSECONDS 2000000
#define SV_TIMED_OUT (-110)
#define SV_PATIENCE 12 /* pauses */
/* A thread takes at least this part of its range at once. */
#define SV_SHARES 16
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

/* A worker shows what it has finished. */
static void sv_publish(struct sv_member *me) {
    if (me->thread == 0 || me->mine == 0) return;
    __atomic_fetch_add(&me->team->done, (unsigned)me->mine, __ATOMIC_SEQ_CST);
    me->mine = 0;
    if (SV_GET(me->team->waiting)) sv_futex(&me->team->done, SV_FUTEX_WAKE, 1, 0);
}

/* What `done` is when all units that thread 0 has not taken are finished. */
SV_INLINE unsigned sv_rest_done(const struct sv_member *me) {
    return me->done + (unsigned)(me->units - me->mine);
}

/* Whether the section turns out to be complete within some hundred nanoseconds: looking into others' ranges is dear. */
static int sv_soon_complete(const struct sv_member *me) {
    struct sv_team *team = me->team;
    for (int i = 0; i < SV_PATIENCE; i++) {
        if (me->thread == 0 ? SV_GET(team->done) == sv_rest_done(me) : SV_GET(team->opened) != me->section) return 1;
        sv_pause();
    }
    return 0;
}

/* Takes a part of what thread `owner` has left of its range: the owner from the front, others from the back, so that a thread
   mostly reads what it wrote in the step before. The last parts are small, that all end together. */
static int sv_take_of(struct sv_member *me, const int owner, struct sv_part *part) {
    unsigned long long *left = &me->team->ranges[owner].left, now = SV_GET(*left);
    for (;;) {
        const int age = (int)(me->section - (unsigned)(now >> 32));
        const int first = age > 0 ? me->units * owner / me->threads : (int)(now >> 16 & 0xffff);
        const int end = age > 0 ? me->units * (owner + 1) / me->threads : (int)(now & 0xffff);
        if (age < 0 || first >= end) return 0;
        const int mine = owner == me->thread, leave = (end - first) / (mine ? 4 : 2);
        const int share = end - first - (leave < me->units / (SV_SHARES * me->threads) ? 0 : leave);
        const unsigned from = (unsigned)(mine ? first + share : first), to = (unsigned)(mine ? end : end - share);
        const unsigned long long rest = (unsigned long long)me->section << 32 | from << 16 | to;
        if (__atomic_compare_exchange_n(left, &now, rest, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
            *part = mine ? (struct sv_part){first, first + share} : (struct sv_part){end - share, end};
            me->mine += share;
            return 1;
        }
    }
}

static int sv_take_some(struct sv_member *me, struct sv_part *part) {
    if (sv_take_of(me, me->thread, part)) return 1;
    sv_publish(me);
    if (sv_soon_complete(me)) return 0;
    for (int i = 1; i < me->threads; i++) {
        const int owner = me->thread + i;
        if (sv_take_of(me, owner < me->threads ? owner : owner - me->threads, part)) return 1;
    }
    return 0;
}

/* Nobody may take units of the sections up to `number` any more. */
static void sv_cancel(struct sv_team *team, const unsigned number, const int threads) {
    for (int i = 0; i < threads; i++) SV_PUT(team->ranges[i].left, (unsigned long long)number << 32);
}
#endif

/* Bytes that a team of so many threads needs: none where there can be no team. */
SV_ROUTINE long sv_team_bytes(const int threads, const long scratch) {
#ifdef SV_HAS_FUTEX
    const long ranges = threads * (long)sizeof(struct sv_range);
    return threads < 2 ? 0 : (long)sizeof(struct sv_team) + ranges + (threads - 1) * scratch;
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
        if (me->thread == 0) sv_await_units(me->team, sv_rest_done(me));
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
        if (end != me->section) {
            sv_cancel(me->team, end, me->threads);
            sv_announce(me->team, end);
        }
        SV_PUT(me->team->base, end);
    }
    return me->thread == 0 ? status : me->idle;
#else
    (void)me, (void)sections;
    return status;
#endif
}
#endif
