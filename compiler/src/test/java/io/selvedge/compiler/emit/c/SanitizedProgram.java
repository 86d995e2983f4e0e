package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.program.Buffer;
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

/**
 * A program of the plain C kernels under gcc's address and undefined behaviour sanitizers, in a process of its own. Every buffer
 * of the arena lies between poisoned bytes, so that a read or write one byte outside any of them ends the process.
 */
final class SanitizedProgram {
    private static final Path GCC = Path.of("/usr/bin/gcc");
    private static final int GAP = 64;
    private static final int MINUTES = 5;

    private final Path folder;

    private SanitizedProgram(Path folder) {
        this.folder = folder;
    }

    static boolean hasCompiler() {
        return Files.isExecutable(GCC);
    }

    /** The outputs' bytes. */
    static List<byte[]> run(Program program, List<byte[]> inputs, Path folder)
            throws IOException, InterruptedException {
        return new SanitizedProgram(folder).run(program, inputs);
    }

    private List<byte[]> run(Program program, List<byte[]> inputs) throws IOException, InterruptedException {
        PlannedProgram planned = apart(program);
        for (Map.Entry<String, String> file :
                CEmitter.emit(planned, TargetCatalog.X86_64).files().entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
        Files.write(folder.resolve("weights.bin"), planned.packedWeights());
        for (int i = 0; i < inputs.size(); i++) {
            Files.write(folder.resolve("io" + i + ".bin"), inputs.get(i));
        }
        Files.writeString(folder.resolve("main.c"), main(planned));
        execute(
                GCC.toString(),
                "-std=gnu11",
                "-O0",
                "-g",
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover=all",
                "-ffp-contract=off",
                "-fno-strict-aliasing",
                "-Wno-psabi",
                "main.c",
                "model.c",
                "-o",
                "main");
        execute(folder.resolve("main").toString());
        List<byte[]> outputs = new ArrayList<>();
        for (int i = 0; i < program.outputs().size(); i++) {
            outputs.add(Files.readAllBytes(folder.resolve("io" + (inputs.size() + i) + ".bin")));
        }
        return outputs;
    }

    /** A plan without reuse and with gaps. */
    private static PlannedProgram apart(Program program) {
        List<Integer> offsets = new ArrayList<>();
        long at = GAP;
        for (Buffer buffer : program.buffers()) {
            boolean inArena = buffer.place() == Buffer.Place.ARENA;
            offsets.add(inArena ? (int) at : -1);
            at += inArena ? (buffer.bytes() + GAP - 1) / GAP * GAP + GAP : 0;
        }
        List<Integer> weightOffsets = new ArrayList<>();
        int weights = 0;
        for (Program.Weight weight : program.weights()) {
            weightOffsets.add(weights);
            weights += (weight.byteCount() + GAP - 1) / GAP * GAP;
        }
        List<Integer> preparedOffsets = new ArrayList<>();
        int prepared = 0;
        for (Program.Step step : program.steps()) {
            preparedOffsets.add(prepared);
            prepared += (int) step.kernel().preparedBytes();
        }
        return new PlannedProgram(program, offsets, (int) at, weightOffsets, weights, preparedOffsets, prepared);
    }

    private static String main(PlannedProgram planned) {
        Program program = planned.program();
        String free = program.buffers().stream()
                .filter(b -> b.place() == Buffer.Place.ARENA)
                .map(b -> "{" + planned.offsets().get(b.id()) + ", " + b.bytes() + "}")
                .collect(Collectors.joining(", "));
        String sizes = java.util.stream.Stream.concat(program.inputs().stream(), program.outputs().stream())
                .map(id -> Long.toString(program.buffer(id).bytes()))
                .collect(Collectors.joining(", "));
        return """
                #include <sanitizer/asan_interface.h>
                #include <stdio.h>
                #include <stdlib.h>
                #include <string.h>
                int selvedge_run(const unsigned char *, void *const *, unsigned char *, int, int);
                void selvedge_prepare(const unsigned char *, unsigned char *);
                static const long buffers[][2] = {%s};
                static const long sizes[] = {%s};
                enum { INPUTS = %d, ALL = %d, ARENA = %d, WEIGHTS = %d, PREPARED = %d };
                static void *load(const char *name, long bytes) {
                    void *data = malloc(bytes);
                    FILE *file = fopen(name, "rb");
                    if (!file || fread(data, 1, bytes, file) != (size_t)bytes) exit(2);
                    fclose(file);
                    return data;
                }
                int main(void) {
                    unsigned char *arena = aligned_alloc(64, (ARENA + 63) / 64 * 64);
                    memset(arena, 0xff, ARENA);
                    __asan_poison_memory_region(arena, ARENA);
                    for (unsigned i = 0; i < sizeof buffers / sizeof *buffers; i++)
                        __asan_unpoison_memory_region(arena + buffers[i][0], buffers[i][1]);
                    void *io[ALL + 1];
                    char name[32];
                    for (int i = 0; i < ALL; i++) {
                        sprintf(name, "io%%d.bin", i);
                        io[i] = i < INPUTS ? load(name, sizes[i]) : malloc(sizes[i]);
                    }
                    void *weights = load("weights.bin", WEIGHTS);
                    io[ALL] = malloc(PREPARED);
                    selvedge_prepare(weights, io[ALL]);
                    if (selvedge_run(weights, io, arena, 0, 1)) return 3;
                    for (int i = INPUTS; i < ALL; i++) {
                        sprintf(name, "io%%d.bin", i);
                        FILE *file = fopen(name, "wb");
                        fwrite(io[i], 1, sizes[i], file);
                        fclose(file);
                    }
                    return 0;
                }
                """.formatted(
                        free,
                        sizes,
                        program.inputs().size(),
                        program.inputs().size() + program.outputs().size(),
                        planned.arenaBytes(),
                        planned.weightBytes(),
                        CEmitter.preparedBytes(planned, TargetCatalog.X86_64));
    }

    private void execute(String... command) throws IOException, InterruptedException {
        Path log = folder.resolve("log.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // Memory is not given back at the end, and a container may forbid what the leak check needs.
        builder.environment().put("ASAN_OPTIONS", "detect_leaks=0");
        Process process = builder.start();
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(() -> {
                    try {
                        return Files.readString(log, StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        return e.toString();
                    }
                })
                .isZero();
    }
}
