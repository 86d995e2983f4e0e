package io.selvedge.cli.conformance;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.CompileRequest;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.WorkFolder;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Many programs in one library: they share the kernel headers, which take the compiler longer than a small model does. What a
 * model defines is renamed by macros.
 */
final class NativeBatch implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final Pattern OWN =
            Pattern.compile("(?m)^(?:static|SV_INLINE)\\b[^(=\\[;\\n]*?\\b(\\w+)\\s*(?:\\(|=|\\[)");
    private static final Pattern INCLUDED = Pattern.compile("(?m)^#include .*\\n");
    private static final FunctionDescriptor RUN = FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT);
    private static final FunctionDescriptor PREPARE =
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS);

    private final List<PlannedProgram> programs;
    private final Target target;
    private final Arena memory = Arena.ofConfined();
    private final SymbolLookup library;

    @SuppressWarnings("restricted") // Native code is what is tested.
    private NativeBatch(List<PlannedProgram> programs, Target target, byte[] library) throws IOException {
        this.programs = programs;
        this.target = target;
        Path file = Files.createTempFile("selvedge-batch", ".so");
        try {
            Files.write(file, library);
            this.library = SymbolLookup.libraryLookup(file, memory);
        } finally {
            Files.delete(file);
        }
    }

    /** The bytes of a library that holds all programs. */
    static byte[] compile(Toolchain toolchain, Target target, List<PlannedProgram> programs) throws IOException {
        try (WorkFolder work = WorkFolder.create("conformance")) {
            Map<String, String> files = new TreeMap<>();
            StringBuilder includes = new StringBuilder();
            StringBuilder models = new StringBuilder();
            for (int i = 0; i < programs.size(); i++) {
                Map<String, String> emitted =
                        CEmitter.emit(programs.get(i), target).files();
                files.putAll(emitted);
                String text = emitted.getOrDefault("model.c", "");
                Matcher matcher = INCLUDED.matcher(text);
                while (matcher.find()) {
                    if (includes.indexOf(matcher.group()) < 0) {
                        includes.append(matcher.group());
                    }
                }
                models.append(renamed(text, "m" + i + "_"));
            }
            files.put("model.c", "#include \"" + target.header() + "\"\n" + withoutEntries(includes) + models);
            Path folder = work.path();
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
            Path library = folder.resolve("batch.so");
            toolchain.compileShared(new CompileRequest(
                    folder, List.of(folder.resolve("model.c")), List.of(folder), target.cFlags(), library));
            return Files.readAllBytes(library);
        }
    }

    /** The entries are one library's own; here every model has its functions. */
    private static String withoutEntries(StringBuilder includes) {
        return "#define SV_ENTRY_H\n" + includes;
    }

    private static String renamed(String text, String prefix) {
        TreeSet<String> names = new TreeSet<>(CEmitter.EXPORTED);
        Matcher matcher = OWN.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        StringBuilder renamed = new StringBuilder();
        names.forEach(name -> renamed.append("#define " + name + " " + prefix + name + "\n"));
        String exported = "__attribute__((visibility(\"default\"))) ";
        renamed.append(exported)
                .append("int selvedge_run(const unsigned char *, void *const *, unsigned char *, int, int);\n")
                .append(exported)
                .append("void selvedge_prepare(const unsigned char *, unsigned char *);\n")
                .append(INCLUDED.matcher(text).replaceAll(""));
        names.forEach(name -> renamed.append("#undef " + name + "\n"));
        return renamed.toString();
    }

    /** Loads what {@link #compile} made of the same programs. */
    static NativeBatch load(byte[] library, List<PlannedProgram> programs, Target target) throws IOException {
        return new NativeBatch(List.copyOf(programs), target, library);
    }

    /** Runs program {@code index}; inputs and outputs in the order of the program's. */
    List<Tensor> run(int index, List<Tensor> inputs, List<TensorType> outputTypes) {
        PlannedProgram planned = programs.get(index);
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment weights = bytes(scratch, planned.packedWeights());
            MemorySegment prepared = scratch.allocate(CEmitter.preparedBytes(planned, target) + ALIGNMENT, ALIGNMENT);
            List<MemorySegment> io = new ArrayList<>();
            for (Tensor input : inputs) {
                byte[] data = new byte[input.bytes().remaining()];
                input.bytes().get(data);
                io.add(bytes(scratch, data));
            }
            for (int output : planned.program().outputs()) {
                Buffer buffer = planned.program().buffer(output);
                io.add(scratch.allocate(buffer.bytes() + ALIGNMENT, ALIGNMENT));
            }
            io.add(prepared);
            MemorySegment table = scratch.allocate(ValueLayout.ADDRESS, io.size());
            for (int i = 0; i < io.size(); i++) {
                table.setAtIndex(ValueLayout.ADDRESS, i, io.get(i));
            }
            MemorySegment arena = scratch.allocate(planned.arenaBytes() + ALIGNMENT, ALIGNMENT);
            function(index, "selvedge_prepare", PREPARE).invoke(weights, prepared);
            int status = (int) function(index, "selvedge_run", RUN).invoke(weights, table, arena, 0, 1);
            if (status != 0) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA, "the native code returned " + status + ": it found bad data");
            }
            List<Tensor> outputs = new ArrayList<>();
            for (int i = 0; i < outputTypes.size(); i++) {
                outputs.add(tensor(outputTypes.get(i), io.get(inputs.size() + i)));
            }
            return outputs;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("calling program " + index + " failed", e);
        }
    }

    @SuppressWarnings("restricted")
    private MethodHandle function(int index, String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow("m" + index + "_" + name), descriptor);
    }

    private static MemorySegment bytes(Arena arena, byte[] bytes) {
        MemorySegment segment = arena.allocate(bytes.length + ALIGNMENT, ALIGNMENT);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment;
    }

    private static Tensor tensor(TensorType type, MemorySegment segment) {
        DType dtype = type.dtype();
        byte[] bytes = new byte[Math.toIntExact(type.shape().elements() * dtype.bytes())];
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
        return Tensor.of(type, bytes);
    }

    @Override
    public void close() {
        memory.close();
    }
}
