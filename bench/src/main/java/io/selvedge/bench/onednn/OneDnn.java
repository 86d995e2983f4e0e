package io.selvedge.bench.onednn;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.toolchain.WorkFolder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The functions of oneDNN's C interface that a layer needs, in the library that comes from Maven, on one thread. Addresses
 * are numbers here; they live as long as the process.
 *
 * @see <a href="https://uxlfoundation.github.io/oneDNN/">oneDNN</a>
 */
// Calling a C library is what this class is for.
@SuppressWarnings("restricted")
final class OneDnn {
    static final int F32 = 3;
    static final int S8 = 5;
    static final int U8 = 6;
    static final int S32 = 4;

    /** Formats: the library's choice, and the plain orders of one to five axes. */
    static final int ANY = 1;

    private static final int[] PLAIN = {0, 2, 3, 4, 5, 6};

    static final int SOURCE = 1;
    static final int RESULT = 17;
    static final int WEIGHTS = 33;
    static final int BIAS = 41;
    static final int SCALES = 4096;
    static final int ZERO_POINTS = 8192;

    private static final String FOLDER = "/org/bytedeco/dnnl/linux-x86_64/";
    private static final int CPU = 1;
    private static final int IN_ORDER = 1;
    private static final int AXES = 12;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout ADDRESS = ValueLayout.ADDRESS;

    private static final SymbolLookup LOOKUP = load();
    private static final MethodHandle EXECUTE = Linker.nativeLinker()
            .downcallHandle(
                    LOOKUP.findOrThrow("dnnl_primitive_execute"),
                    FunctionDescriptor.of(INT, ADDRESS, ADDRESS, INT, ADDRESS));
    private static final MethodHandle WAIT = Linker.nativeLinker()
            .downcallHandle(LOOKUP.findOrThrow("dnnl_stream_wait"), FunctionDescriptor.of(INT, ADDRESS));

    static final MemorySegment ENGINE = create("dnnl_engine_create", CPU, 0L);
    static final MemorySegment STREAM = create("dnnl_stream_create", ENGINE, IN_ORDER);

    private OneDnn() {}

    private static SymbolLookup load() {
        try (WorkFolder folder = WorkFolder.create("onednn")) {
            Path threads = unpack("libgomp.so.1", folder.path());
            SymbolLookup openMp = SymbolLookup.libraryLookup(threads, Arena.global());
            Linker.nativeLinker()
                    .downcallHandle(openMp.findOrThrow("omp_set_num_threads"), FunctionDescriptor.ofVoid(INT))
                    .invoke(1);
            return SymbolLookup.libraryLookup(unpack("libdnnl.so.3", folder.path()), Arena.global());
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "oneDNN could not be unpacked: " + e.getMessage(), e);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path unpack(String name, Path folder) throws IOException {
        try (InputStream in = OneDnn.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IOException("the class path has no " + name + " for this machine");
            }
            Path file = folder.resolve(name);
            Files.copy(in, file);
            return file;
        }
    }

    static String version() {
        MemorySegment version = (MemorySegment) invoke("dnnl_version", ADDRESS);
        MemorySegment numbers = version.reinterpret(12);
        return numbers.get(INT, 0) + "." + numbers.get(INT, 4) + "." + numbers.get(INT, 8);
    }

    /** What a function creates whose first argument is where to put it. */
    static MemorySegment create(String function, Object... arguments) {
        MemorySegment place = Arena.global().allocate(ADDRESS);
        Object[] all = new Object[arguments.length + 1];
        all[0] = place;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        call(function, all);
        return place.get(ValueLayout.ADDRESS, 0);
    }

    static void call(String function, Object... arguments) {
        int status = (int) invoke(function, INT, arguments);
        if (status != 0) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP, "oneDNN has no such layer: " + function + " gave status " + status);
        }
    }

    static Object invoke(String function, MemoryLayout result, Object... arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = switch (arguments[i]) {
                case Integer _ -> INT;
                case Long _ -> LONG;
                case Float _ -> FLOAT;
                default -> ADDRESS;
            };
        }
        try {
            return Linker.nativeLinker()
                    .downcallHandle(LOOKUP.findOrThrow(function), FunctionDescriptor.of(result, layouts))
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Extents or other numbers by axis. */
    static MemorySegment numbers(long... values) {
        MemorySegment segment = Arena.global().allocate(LONG, AXES);
        for (int i = 0; i < values.length; i++) {
            segment.setAtIndex(LONG, i, values[i]);
        }
        return segment;
    }

    /** @param format {@link #ANY}, or 0 for the plain order */
    static MemorySegment description(int type, int format, long... extents) {
        int tag = format == ANY ? ANY : PLAIN[extents.length];
        return create("dnnl_memory_desc_create_with_tag", extents.length, numbers(extents), type, tag);
    }

    static MemorySegment memory(MemorySegment description, MemorySegment data) {
        return create("dnnl_memory_create", description, ENGINE, data);
    }

    static long bytes(MemorySegment description) {
        return (long) invoke("dnnl_memory_desc_get_size", LONG, description);
    }

    /** Arguments of a primitive: pairs of a number and a memory. */
    static MemorySegment arguments(Object... numbersAndMemories) {
        MemorySegment segment = Arena.global().allocate(8L * numbersAndMemories.length, 8);
        for (int i = 0; i < numbersAndMemories.length; i += 2) {
            segment.set(INT, 8L * i, (int) numbersAndMemories[i]);
            segment.set(ValueLayout.ADDRESS, 8L * i + 8, (MemorySegment) numbersAndMemories[i + 1]);
        }
        return segment;
    }

    static void execute(MemorySegment primitive, MemorySegment arguments) {
        int count = (int) (arguments.byteSize() / 16);
        int status;
        try {
            status = (int) EXECUTE.invokeExact(primitive, STREAM, count, arguments);
            status |= (int) WAIT.invokeExact(STREAM);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (status != 0) {
            throw new IllegalStateException("oneDNN ended with status " + status);
        }
    }
}
