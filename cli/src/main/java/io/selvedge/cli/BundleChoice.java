package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ProgramExecutor;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which of a bundle's libraries and bindings to run. */
final class BundleChoice {
    @Option(
            names = "--target",
            paramLabel = "NAME",
            description = "Use this library of the bundle instead of the best one; jvm runs its program in Java.")
    private @Nullable String target;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads of one inference. Default: as many as the bundle says, at most the processors there are.")
    private @Nullable Integer threads;

    @Option(
            names = "--dim",
            paramLabel = "NAME=V",
            description =
                    "Of a bundle with several bindings take that with this extent, or the next larger one; 'selvedge"
                            + " inspect' lists them. Default: the first. Repeatable.")
    private Map<String, Integer> dims = Map.of();

    /** @throws SelvedgeException BAD_OPTION when {@code file} has no such library */
    LoadOptions loading(Path file) {
        if (target == null || target.equals(ProgramExecutor.TARGET)) {
            return unchecked();
        }
        try (Bundle bundle = Bundle.open(file)) {
            List<String> names =
                    bundle.manifest().targets().stream().map(Target::name).toList();
            if (!names.contains(target)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--target " + target + ": " + file + " has code for " + names + "; 'selvedge deploy --target "
                                + target + "' adds it");
            }
        }
        return unchecked();
    }

    /** The same for a bundle whose parts have libraries of their own. */
    LoadOptions unchecked() {
        LoadOptions options =
                target == null ? LoadOptions.defaults() : LoadOptions.defaults().withTarget(target);
        return threads == null ? options : options.withThreads(Limits.processors("--threads", threads));
    }

    Session session(Model model) {
        return dims.isEmpty() ? model.newSession() : model.newSession(dims);
    }
}
