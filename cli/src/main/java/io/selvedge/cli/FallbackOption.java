package io.selvedge.cli;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.partition.Partition;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that lets another runtime run what cannot be compiled. */
public final class FallbackOption {
    private static final String ONNX_RUNTIME = "onnxruntime";

    @Option(
            names = "--fallback",
            paramLabel = "RUNTIME",
            description =
                    "Leave operators that cannot be compiled to this runtime: onnxruntime. Such a bundle is fp32 and"
                            + " needs the artifact selvedge-fallback on the device.")
    private @Nullable String runtime;

    /** Whether it was given. @throws SelvedgeException BAD_OPTION when it names another runtime */
    boolean isGiven() {
        if (runtime != null && !runtime.equals(ONNX_RUNTIME)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--fallback " + runtime + ": the one that there is, is " + ONNX_RUNTIME);
        }
        return runtime != null;
    }

    /** What of a model is compiled and what is not. */
    Partition partition(Path model, ImportOptions options) {
        return Partition.of(Compiler.simplify(ModelReader.readForFallback(model, options)));
    }

    /** Does what may fail for want of this option, and then says so. */
    <T> T suggestedBy(Callable<T> action) throws java.io.IOException {
        try {
            return action.call();
        } catch (SelvedgeException e) {
            boolean helps = e.code() == ErrorCode.UNSUPPORTED_OP || e.code() == ErrorCode.UNSUPPORTED_DTYPE;
            if (!helps || runtime != null) {
                throw e;
            }
            throw new SelvedgeException(
                    e.code(), e.getMessage() + ". Or let ONNX Runtime run this part: --fallback " + ONNX_RUNTIME, e);
        } catch (RuntimeException | java.io.IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
