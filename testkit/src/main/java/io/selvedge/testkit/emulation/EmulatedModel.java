package io.selvedge.testkit.emulation;

import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.CompileRequest;
import io.selvedge.compiler.toolchain.Toolchain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A compiled model with what runs it in a process of its own on an emulated CPU: the very bytes that a bundle holds, mapped as a
 * loader does it, with guard bytes around all memory that the model may write.
 */
public final class EmulatedModel {
    private static final long MINUTES = 5;

    private final PlannedProgram planned;
    private final Target target;
    private final Path folder;

    private EmulatedModel(PlannedProgram planned, Target target, Path folder) {
        this.planned = planned;
        this.target = target;
        this.folder = folder;
    }

    /**
     * Puts the files into a new folder inside of {@code parent}.
     *
     * @param library what the tool chain made for {@code target}
     */
    public static EmulatedModel of(PlannedProgram planned, Target target, byte[] library, Path parent) {
        try {
            Path folder = Files.createTempDirectory(parent, target.arch() + "-");
            Files.write(folder.resolve(target.isWasm() ? "library.wasm" : "library.so"), library);
            Files.write(folder.resolve("weights.bin"), planned.packedWeights());
            copy("runner.js", folder);
            if (!target.isWasm()) {
                compileRunner(target, folder);
            }
            return new EmulatedModel(planned, target, folder);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void copy(String name, Path folder) throws IOException {
        try (InputStream in = EmulatedModel.class.getResourceAsStream(name)) {
            Files.write(folder.resolve(name), in.readAllBytes());
        }
    }

    /** A library with an entry is a program, if it needs no relocation: that spares the tool chain another kind of output. */
    private static void compileRunner(Target target, Path folder) throws IOException {
        copy("runner.c", folder);
        List<String> flags = new ArrayList<>(target.cFlags());
        flags.add("-Wl,-e,_start");
        Path runner = folder.resolve("runner");
        Toolchain.bundled()
                .compileShared(
                        new CompileRequest(folder, List.of(folder.resolve("runner.c")), List.of(), flags, runner));
        if (!runner.toFile().setExecutable(true)) {
            throw new IOException(runner + " cannot be made executable");
        }
    }

    /**
     * The outputs' bytes for every sample.
     *
     * @param samples the inputs' bytes in the program's order
     */
    public List<List<byte[]>> run(EmulatedCpu cpu, List<List<byte[]>> samples) {
        Program program = planned.program();
        try {
            ByteArrayOutputStream inputs = new ByteArrayOutputStream();
            for (List<byte[]> sample : samples) {
                for (byte[] input : sample) {
                    inputs.write(input);
                }
            }
            Files.write(folder.resolve("inputs.bin"), inputs.toByteArray());
            Files.writeString(folder.resolve("plan.txt"), plan(samples.size()));
            execute(cpu);
            byte[] all = Files.readAllBytes(folder.resolve("outputs.bin"));
            List<List<byte[]>> results = new ArrayList<>();
            int at = 0;
            for (int sample = 0; sample < samples.size(); sample++) {
                List<byte[]> outputs = new ArrayList<>();
                for (int id : program.outputs()) {
                    int bytes = (int) program.buffer(id).bytes();
                    outputs.add(Arrays.copyOfRange(all, at, at + bytes));
                    at += bytes;
                }
                results.add(outputs);
            }
            if (at != all.length) {
                throw new AssertionError("outputs of " + at + " bytes expected, got " + all.length);
            }
            return results;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String plan(int samples) {
        Program program = planned.program();
        Stream<Integer> buffers = Stream.concat(program.inputs().stream(), program.outputs().stream());
        return Stream.concat(
                        Stream.of(
                                planned.weightBytes(),
                                CEmitter.preparedBytes(planned, target),
                                planned.arenaBytes(),
                                samples,
                                program.inputs().size(),
                                program.outputs().size()),
                        buffers.map(program::buffer).map(Buffer::bytes))
                .map(String::valueOf)
                .collect(Collectors.joining(" ", "", "\n"));
    }

    private void execute(EmulatedCpu cpu) throws IOException {
        Path log = folder.resolve("log.txt");
        Process process = new ProcessBuilder(cpu.command(target.isWasm() ? "runner.js" : "./runner"))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                throw new AssertionError(target.name() + " on " + cpu + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new AssertionError(target.name() + " on " + cpu + " ended with status " + process.exitValue() + ": "
                    + Files.readString(log));
        }
    }
}
