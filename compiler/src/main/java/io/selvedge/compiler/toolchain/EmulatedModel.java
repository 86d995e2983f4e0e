package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.target.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A compiled model with what runs it in a process of its own on an emulated CPU: the very bytes that a bundle holds, mapped as a
 * loader does it, with guard bytes around all memory that the model may write.
 */
public final class EmulatedModel {
    /** What a model needs besides its code. */
    public record Memory(
            byte[] weights, int preparedBytes, int arenaBytes, List<Integer> inputBytes, List<Integer> outputBytes) {
        public Memory {
            inputBytes = List.copyOf(inputBytes);
            outputBytes = List.copyOf(outputBytes);
        }
    }

    private final Memory memory;
    private final Target target;
    private final Path folder;

    private EmulatedModel(Memory memory, Target target, Path folder) {
        this.memory = memory;
        this.target = target;
        this.folder = folder;
    }

    /**
     * Puts the files into a new folder inside of {@code parent}.
     *
     * @param library what the tool chain made for {@code target}
     * @param toolchain for the program that runs it, which it has to compile for the target too
     */
    public static EmulatedModel of(Memory memory, Target target, byte[] library, Toolchain toolchain, Path parent)
            throws IOException {
        Path folder = Files.createTempDirectory(parent, target.arch() + "-");
        Files.write(folder.resolve(target.isWasm() ? "library.wasm" : "library.so"), library);
        Files.write(folder.resolve("weights.bin"), memory.weights());
        if (target.isWasm()) {
            copy("runner.js", folder);
        } else {
            compileRunner(target, toolchain, folder);
        }
        return new EmulatedModel(memory, target, folder);
    }

    private static Path copy(String name, Path folder) throws IOException {
        try (InputStream in = EmulatedModel.class.getResourceAsStream(name)) {
            return Files.write(
                    folder.resolve(name), Objects.requireNonNull(in, name).readAllBytes());
        }
    }

    /** A library with an entry is a program, if it needs no relocation: that spares the tool chain another kind of output. */
    private static void compileRunner(Target target, Toolchain toolchain, Path folder) throws IOException {
        Path source = copy("runner.c", folder);
        Path runner = folder.resolve("runner");
        List<String> flags = Stream.concat(target.cFlags().stream(), Stream.of("-Wl,-e,_start"))
                .toList();
        toolchain.compileShared(new CompileRequest(folder, List.of(source), List.of(), flags, runner));
        if (!runner.toFile().setExecutable(true)) {
            throw new IOException(runner + " cannot be made executable");
        }
    }

    /**
     * The outputs' bytes for every sample.
     *
     * @param samples the inputs' bytes in the program's order
     * @throws IllegalStateException when the model leaves its memory, finds bad data or crashes
     */
    public List<List<byte[]>> run(EmulatedCpu cpu, List<List<byte[]>> samples) throws IOException {
        ByteArrayOutputStream inputs = new ByteArrayOutputStream();
        for (List<byte[]> sample : samples) {
            for (byte[] input : sample) {
                inputs.write(input);
            }
        }
        Files.write(folder.resolve("inputs.bin"), inputs.toByteArray());
        Files.writeString(folder.resolve("plan.txt"), plan(samples.size()));
        ProcessRun run = ProcessRun.of(cpu.command(target.isWasm() ? "runner.js" : "./runner"), folder);
        if (run.exitStatus() != 0) {
            throw new IllegalStateException(
                    "code for " + target.name() + " under " + cpu.program() + " ended with status " + run.exitStatus()
                            + ": " + run.output().strip());
        }
        byte[] all = Files.readAllBytes(folder.resolve("outputs.bin"));
        List<List<byte[]>> results = new ArrayList<>();
        int at = 0;
        for (int sample = 0; sample < samples.size(); sample++) {
            List<byte[]> outputs = new ArrayList<>();
            for (int bytes : memory.outputBytes()) {
                outputs.add(Arrays.copyOfRange(all, at, at + bytes));
                at += bytes;
            }
            results.add(outputs);
        }
        if (at != all.length) {
            throw new IllegalStateException("outputs of " + at + " bytes expected, got " + all.length);
        }
        return results;
    }

    private String plan(int samples) {
        return Stream.of(
                        List.of(memory.weights().length, memory.preparedBytes(), memory.arenaBytes(), samples),
                        List.of(memory.inputBytes().size(), memory.outputBytes().size()),
                        memory.inputBytes(),
                        memory.outputBytes())
                .flatMap(List::stream)
                .map(String::valueOf)
                .collect(Collectors.joining(" ", "", "\n"));
    }
}
