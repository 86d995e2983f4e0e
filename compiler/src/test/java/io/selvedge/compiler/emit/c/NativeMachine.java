package io.selvedge.compiler.emit.c;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.CompileRequest;
import io.selvedge.compiler.toolchain.Toolchain;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Compiles programs and runs them in this process. Every piece of memory lies between guard bytes that must survive; what
 * nobody has written is 0xff, a NaN in f32.
 */
final class NativeMachine {
    private static final int GUARD = 256;
    private static final byte GUARD_BYTE = 0x5c;

    private NativeMachine() {}

    static Path compile(PlannedProgram planned, Target target, Toolchain toolchain, Path folder) throws IOException {
        return compile(planned, target, Forms.COST_MODEL, toolchain, folder);
    }

    private static Path compile(PlannedProgram planned, Target target, Forms forms, Toolchain toolchain, Path folder)
            throws IOException {
        EmittedSource source = CEmitter.emit(planned, target, forms);
        Path work = Files.createDirectories(folder.resolve(target.name()));
        for (Map.Entry<String, String> file : source.files().entrySet()) {
            Files.writeString(work.resolve(file.getKey()), file.getValue());
        }
        Path library = work.resolve("model.so");
        toolchain.compileShared(new CompileRequest(
                work, source.sources().stream().map(work::resolve).toList(), List.of(), target.cFlags(), library));
        return library;
    }

    /** Output bytes for input bytes. */
    static List<byte[]> run(Program program, List<byte[]> inputs, Target target, Path folder) throws IOException {
        return run(MemoryPlanner.plan(program), inputs, target, folder);
    }

    /** The same with a plan of the caller's. */
    static List<byte[]> run(PlannedProgram planned, List<byte[]> inputs, Target target, Path folder)
            throws IOException {
        return run(planned, inputs, target, Forms.COST_MODEL, folder);
    }

    /** The same in forms of the caller's. */
    @SuppressWarnings("restricted") // The native code is what is tested.
    static List<byte[]> run(PlannedProgram planned, List<byte[]> inputs, Target target, Forms forms, Path folder)
            throws IOException {
        Program program = planned.program();
        Path library = compile(planned, target, forms, Toolchain.bundled(), folder);
        try (Arena memory = Arena.ofConfined()) {
            MethodHandle run = Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(library, memory)
                                    .find("selvedge_run")
                                    .orElseThrow(),
                            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT));
            MethodHandle prepare = Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(library, memory)
                                    .find("selvedge_prepare")
                                    .orElseThrow(),
                            FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
            List<Guarded> guards = new ArrayList<>();
            Guarded weights = Guarded.of(memory, planned.weightBytes(), guards);
            MemorySegment.copy(planned.packedWeights(), 0, weights.data(), JAVA_BYTE, 0, planned.weightBytes());
            Guarded arena = Guarded.of(memory, planned.arenaBytes(), guards);
            MemorySegment io = memory.allocate(
                    ADDRESS, program.inputs().size() + program.outputs().size() + 1L);
            for (int i = 0; i < inputs.size(); i++) {
                Guarded input = Guarded.of(memory, inputs.get(i).length, guards);
                MemorySegment.copy(inputs.get(i), 0, input.data(), JAVA_BYTE, 0, inputs.get(i).length);
                io.setAtIndex(ADDRESS, i, input.data());
            }
            List<Guarded> outputs = new ArrayList<>();
            for (int id : program.outputs()) {
                Buffer buffer = program.buffer(id);
                outputs.add(Guarded.of(memory, buffer.bytes(), guards));
                io.setAtIndex(ADDRESS, buffer.ioIndex(), outputs.getLast().data());
            }
            Guarded prepared = Guarded.of(memory, CEmitter.preparedBytes(planned, target, forms), guards);
            prepare.invokeExact(weights.data(), prepared.data());
            io.setAtIndex(ADDRESS, program.inputs().size() + program.outputs().size(), prepared.data());
            for (int repeat = 0; repeat < 2; repeat++) {
                int result = (int) run.invokeExact(weights.data(), io, arena.data(), 0, 1);
                if (result != 0) {
                    throw new AssertionError("selvedge_run gave " + result);
                }
            }
            guards.forEach(Guarded::check);
            return outputs.stream().map(out -> out.data().toArray(JAVA_BYTE)).toList();
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Memory with guard bytes on both sides. */
    private record Guarded(MemorySegment all, long bytes) {
        static Guarded of(Arena arena, long bytes, List<Guarded> guards) {
            MemorySegment all = arena.allocate(bytes + 2 * GUARD, 64);
            all.fill(GUARD_BYTE);
            Guarded guarded = new Guarded(all, bytes);
            guarded.data().fill((byte) 0xff);
            guards.add(guarded);
            return guarded;
        }

        MemorySegment data() {
            return all.asSlice(GUARD, bytes);
        }

        void check() {
            for (int i = 0; i < GUARD; i++) {
                if (all.get(JAVA_BYTE, i) != GUARD_BYTE || all.get(JAVA_BYTE, GUARD + bytes + i) != GUARD_BYTE) {
                    throw new AssertionError(
                            "guard byte " + i + " beside a piece of " + bytes + " bytes was overwritten");
                }
            }
        }
    }
}
