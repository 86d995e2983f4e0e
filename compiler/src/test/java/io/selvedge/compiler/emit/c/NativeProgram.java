package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.CompileRequest;
import io.selvedge.compiler.toolchain.Toolchain;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compiles a planned program and runs it with guard bytes around everything it may write. */
final class NativeProgram {
    private static final int GUARD = 256;
    private static final byte PAINT = (byte) 0xA5;

    private final PlannedProgram planned;
    private final Target target;
    private final int preparedBytes;
    private final MethodHandle prepare;
    private final MethodHandle run;

    private NativeProgram(
            PlannedProgram planned, Target target, int preparedBytes, MethodHandle prepare, MethodHandle run) {
        this.planned = planned;
        this.target = target;
        this.preparedBytes = preparedBytes;
        this.prepare = prepare;
        this.run = run;
    }

    @SuppressWarnings("restricted") // The native code is what is tested.
    static NativeProgram compile(PlannedProgram planned, Target target, Path dir) throws IOException {
        Files.createDirectories(dir);
        for (Map.Entry<String, String> file :
                CEmitter.emit(planned, target).files().entrySet()) {
            Files.writeString(dir.resolve(file.getKey()), file.getValue());
        }
        Path library = dir.resolve("model.so");
        Toolchain.bundled()
                .compileShared(new CompileRequest(
                        dir, List.of(dir.resolve("model.c")), List.of(dir), target.cFlags(), library));
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        MethodHandle prepare = Linker.nativeLinker()
                .downcallHandle(
                        symbols.find("selvedge_prepare").orElseThrow(),
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        MethodHandle run = Linker.nativeLinker()
                .downcallHandle(
                        symbols.find("selvedge_run").orElseThrow(),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT));
        return new NativeProgram(planned, target, CEmitter.preparedBytes(planned, target), prepare, run);
    }

    /** Outputs by name; fails when a guard byte changed, or when the JVM executor's results are others. */
    Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> guarded = new ArrayList<>();
            MemorySegment weights = arena.allocate(planned.weightBytes() + 64L, 64);
            MemorySegment.copy(planned.packedWeights(), 0, weights, ValueLayout.JAVA_BYTE, 0, planned.weightBytes());
            int count = graph.inputs().size() + graph.outputs().size();
            MemorySegment io = arena.allocate(8L * (count + 1), 8);
            List<MemorySegment> outputs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                boolean input = i < graph.inputs().size();
                String name = input
                        ? graph.inputs().get(i)
                        : graph.outputs().get(i - graph.inputs().size());
                TensorType type = graph.type(name);
                long bytes = type.shape().elements() * type.dtype().bytes();
                MemorySegment segment = guarded(arena, bytes, guarded);
                if (input) {
                    segment.copyFrom(MemorySegment.ofBuffer(inputs.get(name).bytes()));
                } else {
                    outputs.add(segment);
                }
                io.setAtIndex(ValueLayout.ADDRESS, i, segment);
            }
            MemorySegment prepared = guarded(arena, preparedBytes, guarded);
            prepare.invokeExact(weights, prepared);
            io.setAtIndex(ValueLayout.ADDRESS, count, prepared);
            MemorySegment memory = guarded(arena, planned.arenaBytes(), guarded);
            int status = (int) run.invokeExact(weights, io, memory, 0, 1);
            if (status != 0) {
                throw new AssertionError("status " + status);
            }
            for (MemorySegment whole : guarded) {
                check(whole);
            }
            Map<String, Tensor> results = new LinkedHashMap<>();
            for (int i = 0; i < outputs.size(); i++) {
                String name = graph.outputs().get(i);
                results.put(name, Tensor.of(graph.type(name), outputs.get(i).toArray(ValueLayout.JAVA_BYTE)));
            }
            if (target.equals(TargetCatalog.X86_64)) {
                JvmMachine.agrees(planned, graph, inputs, results);
            }
            return results;
        }
    }

    private static MemorySegment guarded(Arena arena, long bytes, List<MemorySegment> guarded) {
        MemorySegment whole = arena.allocate(bytes + 2 * GUARD, 64);
        whole.fill(PAINT);
        guarded.add(whole);
        return whole.asSlice(GUARD, bytes);
    }

    private static void check(MemorySegment whole) {
        for (int i = 0; i < GUARD; i++) {
            if (whole.get(ValueLayout.JAVA_BYTE, i) != PAINT
                    || whole.get(ValueLayout.JAVA_BYTE, whole.byteSize() - 1 - i) != PAINT) {
                throw new AssertionError("a kernel wrote outside its buffer, guard byte " + i);
            }
        }
    }
}
