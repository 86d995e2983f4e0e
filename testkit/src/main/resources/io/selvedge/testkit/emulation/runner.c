/* Runs a compiled model in a process of its own, under an emulator if its CPU is another one: no libc, no dynamic linker. It maps the shared library as a loader
   does and calls its functions on what the files of its folder hold.

   plan.txt: numbers that say how many bytes each thing has: weights, prepared, arena, samples, inputs, outputs, then each input
   and each output. library.so and weights.bin are there; inputs.bin holds all inputs of all samples, outputs.bin gets the outputs.
   Every piece of memory that the model may write lies between guard bytes. */
typedef unsigned char byte;
typedef unsigned long word;
typedef unsigned int half;
typedef unsigned short quarter;

#if defined(__x86_64__)
enum { RELATIVE = 8, OPENAT = 257, WRITE = 1, LSEEK = 8, EXIT = 60, MMAP = 9 };
static long call(long number, long a, long b, long c, long d, long e, long f) {
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "+a"(number)
                     : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return number;
}
#else
enum { OPENAT = 56, WRITE = 64, LSEEK = 62, EXIT = 93, MMAP = 222 };
#if defined(__aarch64__)
enum { RELATIVE = 1027 };
static long call(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
#elif defined(__riscv)
enum { RELATIVE = 3 };
static long call(long number, long a, long b, long c, long d, long e, long f) {
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d, a4 __asm__("a4") = e, a5 __asm__("a5") = f;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
    return a0;
}
#endif
#endif

enum { READABLE = 1, WRITABLE = 2, EXECUTABLE = 4, PRIVATE = 2, FIXED = 16, ANONYMOUS = 32 };
enum { HERE = -100, GUARD = 256, PAINT = 0x5c, MOST = 512 };

static _Noreturn void leave(int status, const char *why) {
    long length = 0;
    while (why[length]) length++;
    call(WRITE, 2, (long)why, length, 0, 0, 0);
    call(WRITE, 2, (long)"\n", 1, 0, 0, 0);
    for (;;) call(EXIT, status, 0, 0, 0, 0, 0);
}
static byte *map(word at, word bytes, int protection, int flags, long file, word offset) {
    const long got = call(MMAP, (long)at, (long)bytes, protection, flags, file, (long)offset);
    if (got < 0 && got > -4096) leave(3, "no memory");
    return (byte *)got;
}
static long opened(const char *name, int flags) {
    const long file = call(OPENAT, HERE, (long)name, flags, 0644, 0, 0);
    if (file < 0) leave(3, name);
    return file;
}
static byte *contents(const char *name, word *bytes) {
    const long file = opened(name, 0);
    *bytes = (word)call(LSEEK, file, 0, 2, 0, 0, 0);
    return *bytes ? map(0, *bytes, READABLE | WRITABLE, PRIVATE, file, 0) : 0;
}

struct header {
    byte ident[16];
    quarter type, machine;
    half version;
    word entry, segments, sections;
    half flags;
    quarter size, segment_size, segment_count, section_size, section_count, names;
};
struct segment {
    half type, flags;
    word offset, address, physical, file_bytes, bytes, alignment;
};
struct section {
    half name, type;
    word flags, address, offset, bytes;
    half link, info;
    word alignment, entry_bytes;
};
struct symbol {
    half name;
    byte info, other;
    quarter section;
    word value, bytes;
};
struct relocation {
    word offset, info;
    long addend;
};

static byte *library;
static const struct header *elf;
static const byte *file_bytes;

static void load(void) {
    word bytes, end = 0;
    file_bytes = contents("library.so", &bytes);
    elf = (const struct header *)file_bytes;
    const struct segment *segments = (const struct segment *)(file_bytes + elf->segments);
    const long file = opened("library.so", 0);
    for (int i = 0; i < elf->segment_count; i++)
        if (segments[i].type == 1 && segments[i].address + segments[i].bytes > end)
            end = segments[i].address + segments[i].bytes;
    library = map(0, end, READABLE | WRITABLE, PRIVATE | ANONYMOUS, -1, 0);
    for (int i = 0; i < elf->segment_count; i++) {
        const struct segment *s = segments + i;
        if (s->type != 1) continue;
        const word skew = s->address % 4096, gap = s->bytes - s->file_bytes;
        if (s->offset % 4096 != skew) leave(3, "a segment cannot be mapped");
        const int protection = (s->flags & 4 ? READABLE : 0) | (s->flags & 2 ? WRITABLE : 0) | (s->flags & 1 ? EXECUTABLE : 0);
        map((word)library + s->address - skew, s->file_bytes + skew, protection, PRIVATE | FIXED, file, s->offset - skew);
        for (word k = 0; k < gap; k++) library[s->address + s->file_bytes + k] = 0;
    }
    const struct section *sections = (const struct section *)(file_bytes + elf->sections);
    for (int i = 0; i < elf->section_count; i++) {
        if (sections[i].type != 4) continue;
        const struct relocation *all = (const struct relocation *)(file_bytes + sections[i].offset);
        for (word k = 0; k < sections[i].bytes / sizeof *all; k++) {
            if ((half)all[k].info != RELATIVE) leave(3, "a relocation that no model has");
            *(word *)(library + all[k].offset) = (word)library + (word)all[k].addend;
        }
    }
}

static int same(const char *a, const char *b) {
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}
static void *function(const char *name) {
    const struct section *sections = (const struct section *)(file_bytes + elf->sections);
    for (int i = 0; i < elf->section_count; i++) {
        if (sections[i].type != 11) continue;
        const struct symbol *all = (const struct symbol *)(file_bytes + sections[i].offset);
        const char *names = (const char *)(file_bytes + sections[sections[i].link].offset);
        for (word k = 0; k < sections[i].bytes / sizeof *all; k++)
            if (all[k].section && same(names + all[k].name, name)) return library + all[k].value;
    }
    leave(3, name);
}

static const byte *text;
static word number(void) {
    word value = 0;
    while (*text == ' ' || *text == '\n') text++;
    while (*text >= '0' && *text <= '9') value = value * 10 + (word)(*text++ - '0');
    return value;
}

struct piece {
    byte *data;
    word bytes;
};
static struct piece pieces[2 * MOST + 3];
static int piece_count;

/* What nobody has written is 0xff, a NaN in f32. */
static byte *guarded(word bytes) {
    if (piece_count == 2 * MOST + 3) leave(3, "too many inputs and outputs");
    byte *all = map(0, bytes + 2 * GUARD, READABLE | WRITABLE, PRIVATE | ANONYMOUS, -1, 0);
    for (word i = 0; i < bytes + 2 * GUARD; i++) all[i] = i < GUARD || i >= GUARD + bytes ? PAINT : 0xff;
    pieces[piece_count].data = all + GUARD;
    pieces[piece_count++].bytes = bytes;
    return all + GUARD;
}
static void check(void) {
    for (int i = 0; i < piece_count; i++)
        for (word k = 0; k < GUARD; k++)
            if (pieces[i].data[-1 - (long)k] != PAINT || pieces[i].data[pieces[i].bytes + k] != PAINT)
                leave(4, "the model wrote outside of its memory");
}

__attribute__((used)) void start_here(void) {
    word bytes, size[2 * MOST];
    text = contents("plan.txt", &bytes);
    const word weight_bytes = number(), prepared_bytes = number(), arena_bytes = number(), samples = number();
    const word inputs = number(), outputs = number();
    load();
    int (*run)(const byte *, void *const *, byte *, int, int) =
        (int (*)(const byte *, void *const *, byte *, int, int))function("selvedge_run");
    void (*prepare)(const byte *, byte *) = (void (*)(const byte *, byte *))function("selvedge_prepare");
    const byte *stored = contents("weights.bin", &bytes), *given = contents("inputs.bin", &bytes);
    byte *weights = guarded(weight_bytes), *prepared = guarded(prepared_bytes), *arena = guarded(arena_bytes);
    for (word i = 0; i < weight_bytes; i++) weights[i] = stored[i];
    void *io[2 * MOST + 1];
    for (word i = 0; i < inputs + outputs; i++) io[i] = guarded(size[i] = number());
    io[inputs + outputs] = prepared;
    prepare(weights, prepared);
    const long results = opened("outputs.bin", 01 | 0100 | 01000);
    for (word s = 0; s < samples; s++) {
        for (word i = 0; i < inputs; i++)
            for (word k = 0; k < size[i]; k++) ((byte *)io[i])[k] = *given++;
        const int status = run(weights, io, arena, 0, 1);
        if (status) leave(5, "the model found bad data");
        for (word i = inputs; i < inputs + outputs; i++)
            for (word done = 0; done < size[i];) {
                const long wrote = call(WRITE, results, (long)((byte *)io[i] + done), (long)(size[i] - done), 0, 0, 0);
                if (wrote <= 0) leave(3, "outputs.bin");
                done += (word)wrote;
            }
    }
    check();
    leave(0, "done");
}

/* The stack is aligned and holds nothing that is needed. */
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n call start_here\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n mov x29, 0\n b start_here\n");
#elif defined(__riscv)
__asm__(".globl _start\n_start:\n tail start_here\n");
#endif
