package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.TargetCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program of the plain C kernels on one, two and three threads, every step shared that can be, in a process of its own: all
 * must give the same bytes in all of many runs. Workers come as they like, also in the middle of a run or after it.
 */
final class ThreadedProgram {
    private static final int RUNS = 40;
    private static final int MINUTES = 5;

    private ThreadedProgram() {}

    /** Fails when outputs differ, a run does not end, or gcc's thread sanitizer finds a race. */
    static void check(Program program, List<byte[]> inputs, boolean sanitized, Path folder)
            throws IOException, InterruptedException {
        PlannedProgram planned = MemoryPlanner.plan(program);
        EmittedSource source = CEmitter.emit(planned, TargetCatalog.X86_64, Sharing.EVERYWHERE);
        for (Map.Entry<String, String> file : source.files().entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
        assertThat(source.files().get("model.c")).contains("sv_take(me, &part)");
        Files.write(folder.resolve("weights.bin"), planned.packedWeights());
        for (int i = 0; i < inputs.size(); i++) {
            Files.write(folder.resolve("io" + i + ".bin"), inputs.get(i));
        }
        Files.writeString(folder.resolve("main.c"), main(planned));
        compile(folder, sanitized, List.of("-ffp-contract=off", "-fno-strict-aliasing", "main.c", "model.c"));
        execute(folder, List.of(folder.resolve("main").toString()));
    }

    /** Makes {@code main} of C files with threads. */
    static void compile(Path folder, boolean sanitized, List<String> what) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("/usr/bin/gcc", "-std=gnu11", "-O1", "-g", "-pthread", "-Wno-psabi", "-o", "main"));
        if (sanitized) {
            command.add("-fsanitize=thread");
        }
        command.addAll(what);
        execute(folder, command);
    }

    private static String main(PlannedProgram planned) {
        Program program = planned.program();
        String sizes = Stream.concat(program.inputs().stream(), program.outputs().stream())
                .map(id -> Long.toString(program.buffer(id).bytes()))
                .collect(Collectors.joining(", "));
        return """
                #include <pthread.h>
                #include <stdio.h>
                #include <stdlib.h>
                #include <string.h>
                int selvedge_run(const unsigned char *, void *const *, unsigned char *, int, int);
                long selvedge_team(int);
                void selvedge_prepare(const unsigned char *, unsigned char *);
                static const long sizes[] = {%s};
                enum { INPUTS = %d, ALL = %d, ARENA = %d, WEIGHTS = %d, PREPARED = %d, RUNS = %d };
                static void *io[ALL + 2], *weights;
                static unsigned char *arena;
                static int threads, over;
                static void *load(const char *name, long bytes) {
                    void *data = aligned_alloc(64, bytes / 64 * 64 + 64);
                    FILE *file = fopen(name, "rb");
                    if (!file || fread(data, 1, bytes, file) != (size_t)bytes) exit(2);
                    fclose(file);
                    return data;
                }
                static void *work(void *number) {
                    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST))
                        selvedge_run(weights, io, arena, (int)(long)number, threads);
                    return 0;
                }
                int main(void) {
                    static unsigned char *expected[ALL];
                    char name[32];
                    arena = aligned_alloc(64, ARENA / 64 * 64 + 64);
                    for (int i = 0; i < ALL; i++) {
                        sprintf(name, "io%%d.bin", i);
                        io[i] = i < INPUTS ? load(name, sizes[i]) : calloc(1, sizes[i]);
                        expected[i] = malloc(sizes[i]);
                    }
                    weights = load("weights.bin", WEIGHTS);
                    io[ALL] = aligned_alloc(64, PREPARED / 64 * 64 + 64);
                    selvedge_prepare(weights, io[ALL]);
                    for (threads = 1; threads <= 3; threads++) {
                        const long bytes = selvedge_team(threads);
                        if ((bytes == 0) != (threads == 1)) return 3;
                        io[ALL + 1] = bytes ? aligned_alloc(64, (bytes + 63) / 64 * 64) : 0;
                        if (bytes) memset(io[ALL + 1], 0, bytes);
                        over = 0;
                        pthread_t workers[2];
                        for (long t = 1; t < threads; t++) pthread_create(&workers[t - 1], 0, work, (void *)t);
                        for (int run = 0; run < RUNS; run++) {
                            if (selvedge_run(weights, io, arena, 0, threads)) return 4;
                            for (int i = INPUTS; i < ALL; i++) {
                                if (threads == 1 && run == 0) memcpy(expected[i], io[i], sizes[i]);
                                if (memcmp(expected[i], io[i], sizes[i])) {
                                    printf("output %%d differs in run %%d of %%d threads\\n", i - INPUTS, run, threads);
                                    return 5;
                                }
                                memset(io[i], 0, sizes[i]);
                            }
                        }
                        __atomic_store_n(&over, 1, __ATOMIC_SEQ_CST);
                        for (int t = 1; t < threads; t++) pthread_join(workers[t - 1], 0);
                        free(io[ALL + 1]);
                    }
                    return 0;
                }
                """.formatted(
                        sizes,
                        program.inputs().size(),
                        program.inputs().size() + program.outputs().size(),
                        planned.arenaBytes(),
                        planned.weightBytes(),
                        CEmitter.preparedBytes(planned, TargetCatalog.X86_64),
                        RUNS);
    }

    static void execute(Path folder, List<String> command) throws IOException, InterruptedException {
        Path log = folder.resolve("log.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        String text = Files.readString(log, StandardCharsets.UTF_8);
        assertThat(ended).as(text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
    }
}
