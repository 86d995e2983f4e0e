package io.selvedge.bench;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.toolchain.WorkFolder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * TFLite's C interface, in the library that comes from Maven: a model, and an interpreter of it on one thread whose operators
 * XNNPACK runs, 8-bit ones included. Its own addresses stay in here.
 *
 * @see <a href="https://ai.google.dev/edge/api/tflite/c">LiteRT's C API</a>
 */
// Calling a C library is what this class is for.
@SuppressWarnings("restricted")
final class TfliteRuntime implements AutoCloseable {
    private static final String LIBRARY = "/org/bytedeco/tensorflowlite/linux-x86_64/libjnitensorflowlite.so";

    /** Signed and unsigned 8-bit operators; without these flags they would run on slow built-in kernels. */
    private static final int INT8_FLAGS = 1 | 2;

    /** Bytes of the delegate's options: threads, flags, cache, variables, path. */
    private static final int OPTIONS_BYTES = 32;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout ADDRESS = ValueLayout.ADDRESS;

    private static final class Functions {
        private static final SymbolLookup LOOKUP = load();
        private static final MethodHandle MODEL = function("TfLiteModelCreate", ADDRESS, ADDRESS, LONG);
        private static final MethodHandle MODEL_DELETE = procedure("TfLiteModelDelete", ADDRESS);
        private static final MethodHandle OPTIONS = function("TfLiteInterpreterOptionsCreate", ADDRESS);
        private static final MethodHandle OPTIONS_DELETE = procedure("TfLiteInterpreterOptionsDelete", ADDRESS);
        private static final MethodHandle THREADS = procedure("TfLiteInterpreterOptionsSetNumThreads", ADDRESS, INT);
        private static final MethodHandle ADD_DELEGATE =
                procedure("TfLiteInterpreterOptionsAddDelegate", ADDRESS, ADDRESS);
        private static final MethodHandle XNNPACK = function("TfLiteXNNPackDelegateCreate", ADDRESS, ADDRESS);
        private static final MethodHandle XNNPACK_DELETE = procedure("TfLiteXNNPackDelegateDelete", ADDRESS);
        private static final MethodHandle INTERPRETER = function("TfLiteInterpreterCreate", ADDRESS, ADDRESS, ADDRESS);
        private static final MethodHandle INTERPRETER_DELETE = procedure("TfLiteInterpreterDelete", ADDRESS);
        private static final MethodHandle ALLOCATE = function("TfLiteInterpreterAllocateTensors", INT, ADDRESS);
        private static final MethodHandle INVOKE = function("TfLiteInterpreterInvoke", INT, ADDRESS);
        private static final MethodHandle INPUT = function("TfLiteInterpreterGetInputTensor", ADDRESS, ADDRESS, INT);
        private static final MethodHandle OUTPUT = function("TfLiteInterpreterGetOutputTensor", ADDRESS, ADDRESS, INT);
        private static final MethodHandle DATA = function("TfLiteTensorData", ADDRESS, ADDRESS);
        private static final MethodHandle BYTES = function("TfLiteTensorByteSize", LONG, ADDRESS);
        private static final MethodHandle VERSION = function("TfLiteVersion", ADDRESS);

        private static SymbolLookup load() {
            try (WorkFolder folder = WorkFolder.create("tflite");
                    InputStream library = TfliteRuntime.class.getResourceAsStream(LIBRARY)) {
                if (library == null) {
                    throw new SelvedgeException(
                            ErrorCode.TOOLCHAIN_MISSING, "the class path has no TFLite for this machine: " + LIBRARY);
                }
                Path file = folder.path().resolve("tflite.so");
                Files.copy(library, file);
                return SymbolLookup.libraryLookup(file, Arena.global());
            } catch (IOException e) {
                throw new SelvedgeException(ErrorCode.IO_ERROR, "TFLite could not be unpacked: " + e.getMessage(), e);
            }
        }

        private static MethodHandle function(String name, ValueLayout result, ValueLayout... arguments) {
            return Linker.nativeLinker()
                    .downcallHandle(LOOKUP.findOrThrow(name), FunctionDescriptor.of(result, arguments));
        }

        private static MethodHandle procedure(String name, ValueLayout... arguments) {
            return Linker.nativeLinker().downcallHandle(LOOKUP.findOrThrow(name), FunctionDescriptor.ofVoid(arguments));
        }
    }

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment model;
    private final MemorySegment delegate;
    private final MemorySegment interpreter;

    /** @throws SelvedgeException BAD_MODEL when TFLite refuses the file */
    TfliteRuntime(byte[] file) {
        MemorySegment bytes = arena.allocate(Math.max(1, file.length), 64);
        bytes.copyFrom(MemorySegment.ofArray(file));
        this.model = address(Functions.MODEL, bytes, (long) file.length);
        refuseIf(model.address() == 0);
        MemorySegment xnnpack = arena.allocate(OPTIONS_BYTES, 8);
        xnnpack.set(INT, 0, 1);
        xnnpack.set(INT, 4, INT8_FLAGS);
        this.delegate = address(Functions.XNNPACK, xnnpack);
        MemorySegment options = address(Functions.OPTIONS);
        call(Functions.THREADS, options, 1);
        call(Functions.ADD_DELEGATE, options, delegate);
        this.interpreter = address(Functions.INTERPRETER, model, options);
        call(Functions.OPTIONS_DELETE, options);
        refuseIf(interpreter.address() == 0);
        refuseIf((int) call(Functions.ALLOCATE, interpreter) != 0);
    }

    private static void refuseIf(boolean failed) {
        if (failed) {
            throw new SelvedgeException(ErrorCode.BAD_MODEL, "TFLite " + version() + " does not run this file");
        }
    }

    static String version() {
        return address(Functions.VERSION).reinterpret(64).getString(0);
    }

    /** Elements of an input, to be filled in before {@link #run}. */
    MemorySegment input(int index) {
        return data(address(Functions.INPUT, interpreter, index));
    }

    /** Elements of an output, as the last run left them. */
    MemorySegment output(int index) {
        return data(address(Functions.OUTPUT, interpreter, index));
    }

    private static MemorySegment data(MemorySegment tensor) {
        return address(Functions.DATA, tensor).reinterpret((long) call(Functions.BYTES, tensor));
    }

    void run() {
        int status;
        try {
            status = (int) Functions.INVOKE.invokeExact(interpreter);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (status != 0) {
            throw new IllegalStateException("TFLite ended with status " + status);
        }
    }

    @Override
    public void close() {
        call(Functions.INTERPRETER_DELETE, interpreter);
        call(Functions.XNNPACK_DELETE, delegate);
        call(Functions.MODEL_DELETE, model);
        arena.close();
    }

    private static MemorySegment address(MethodHandle function, Object... arguments) {
        return (MemorySegment) call(function, arguments);
    }

    private static Object call(MethodHandle function, Object... arguments) {
        try {
            Object result = function.invokeWithArguments(arguments);
            return result == null ? 0 : result;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
