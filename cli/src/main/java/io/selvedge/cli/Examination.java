package io.selvedge.cli;

import io.selvedge.cli.DoctorCommand.Finding;
import io.selvedge.cli.DoctorCommand.Finding.State;
import io.selvedge.cli.report.Quantity;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.CompileRequest;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.compress.deploy.ProgressListener;
import io.selvedge.compress.profile.PeakCache;
import io.selvedge.fallback.HybridModel;
import io.selvedge.runtime.Binding;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.GoldenReport;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code doctor} looks at, in the order that it tells. */
record Examination(HostCpu host, Optional<Path> cc, Optional<Path> bundle, ProgressListener progress) {
    private static final int WANTED_JDK = 25;
    private static final long WANTED_CACHE_BYTES = 400L << 20;

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(jdk());
        findings.add(cpu());
        findings.add(memory());
        Finding cache = cache();
        findings.add(cache);
        if (cache.state() != State.MISSING || cc.isPresent()) {
            findings.add(toolchain());
        }
        findings.add(limits());
        bundle.map(Examination::bundle).ifPresent(findings::add);
        return findings;
    }

    private static Finding bundle(Path file) {
        try (Bundle bundle = Bundle.open(file)) {
            if (HybridModel.isHybrid(bundle)) {
                try (HybridModel model = HybridModel.load(file)) {
                    return runs(file, model.name() + " runs, parts of it in ONNX Runtime", model.checkGolden());
                }
            }
            try (Model model = Model.load(file)) {
                return runs(
                        file,
                        model.name() + " runs with its code for " + model.targetName() + threads(model)
                                + bindings(model),
                        model.checkGolden());
            }
        } catch (ModelException e) {
            Failure failure = Failure.of(e);
            return new Finding("bundle", State.MISSING, failure.code(), failure.message(), failure.exitStatus());
        }
    }

    private static Finding runs(Path file, String how, GoldenReport golden) {
        boolean none = golden.vectors() == 0;
        return new Finding(
                "bundle",
                none ? State.WORSE : State.FINE,
                file + ": " + how + "; "
                        + (none ? "it has no golden vectors" : golden.vectors() + " golden vectors agree"),
                none ? "nothing tells whether its answers are right; deploy it again" : "",
                ErrorCode.BAD_BUNDLE);
    }

    private static String threads(Model model) {
        return model.threads() == 1 ? "" : " on " + model.threads() + " threads";
    }

    private static String bindings(Model model) {
        return model.bindings().size() == 1
                ? ""
                : "; bindings " + model.bindings().stream().map(Binding::text).collect(Collectors.joining(" and "));
    }

    private static Finding jdk() {
        int feature = Runtime.version().feature();
        boolean fine = feature >= WANTED_JDK;
        return new Finding(
                "Java",
                fine ? State.FINE : State.MISSING,
                Runtime.version() + " (" + System.getProperty("java.vendor") + "), " + System.getProperty("java.home"),
                fine ? "" : "the tools need JDK " + WANTED_JDK + "; the runtime on a device needs 17",
                ErrorCode.BAD_OPTION);
    }

    private Finding cpu() {
        Target best = host.best();
        List<String> others = host.targets().stream()
                .filter(target -> !target.equals(best))
                .map(Target::name)
                .toList();
        String found = host.model() + ", " + host.cores() + (host.cores() == 1 ? " core" : " cores") + "; best target "
                + best.name() + (others.isEmpty() ? "" : ", also " + String.join(", ", others));
        boolean plain = best.cpuFlags().isEmpty();
        return new Finding(
                "CPU",
                plain ? State.WORSE : State.FINE,
                found,
                plain
                        ? "only plain C runs here: right, but slow; a CPU with vector instructions that Selvedge knows is several times faster"
                        : "",
                ErrorCode.BAD_OPTION);
    }

    private Finding limits() {
        return new Finding(
                "limits",
                State.FINE,
                new PeakCache(UserCache.ofUser(), host)
                        .known(host.best())
                        .map(ProfileTable::limits)
                        .orElse("of a core are not measured yet; 'selvedge profile BUNDLE' does it"),
                "",
                ErrorCode.IO_ERROR);
    }

    private static Finding memory() {
        long heap = Runtime.getRuntime().maxMemory();
        boolean small = heap < 512L << 20;
        return new Finding(
                "memory",
                small ? State.WORSE : State.FINE,
                Quantity.bytes(heap) + " for Java",
                small ? "large data sets may not fit; set JAVA_TOOL_OPTIONS=-Xmx2g" : "",
                ErrorCode.IO_ERROR);
    }

    private static Finding cache() {
        UserCache cache = UserCache.ofUser();
        try {
            Path folder = cache.folder("doctor");
            Files.delete(Files.createTempFile(folder, "probe", ""));
            long free = Files.getFileStore(folder).getUsableSpace();
            Files.deleteIfExists(folder);
            boolean filled = unpackedToolchain(cache);
            boolean enough = filled || free >= WANTED_CACHE_BYTES;
            return new Finding(
                    "cache",
                    enough ? State.FINE : State.MISSING,
                    cache.root() + ", " + Quantity.bytes(free) + " free"
                            + (filled ? "" : "; the tool chain is not unpacked yet"),
                    enough
                            ? ""
                            : "the tool chain needs " + Quantity.bytes(WANTED_CACHE_BYTES)
                                    + "; free some space or set SELVEDGE_CACHE to another folder",
                    ErrorCode.IO_ERROR);
        } catch (SelvedgeException e) {
            return unwritable(cache, e.getCause() instanceof IOException cause ? IoReason.of(cause) : e.getMessage());
        } catch (IOException e) {
            return unwritable(cache, IoReason.of(e));
        }
    }

    private static Finding unwritable(UserCache cache, @Nullable String why) {
        return new Finding(
                "cache",
                State.MISSING,
                cache.root() + " cannot be written (" + why + ")",
                "set SELVEDGE_CACHE to a folder that can be written and that is not mounted noexec",
                ErrorCode.OUTPUT_NOT_WRITABLE);
    }

    private static boolean unpackedToolchain(UserCache cache) {
        try {
            return Toolchain.unpacked(cache).isPresent();
        } catch (SelvedgeException e) {
            // Said by the finding about the tool chain.
            return false;
        }
    }

    private Finding toolchain() {
        try {
            Toolchain toolchain = cc.isPresent()
                    ? Toolchain.of(cc.get())
                    : Toolchain.bundled(
                            UserCache.ofUser(),
                            (done, total) -> progress.progress("unpack the tool chain", done, total));
            compileProbe(toolchain);
            return new Finding(
                    "tool chain",
                    State.FINE,
                    toolchain.version() + ", " + toolchain.compiler() + "; compiles",
                    "",
                    ErrorCode.TOOLCHAIN_MISSING);
        } catch (SelvedgeException e) {
            return new Finding("tool chain", State.MISSING, e.code().name(), String.valueOf(e.getMessage()), e.code());
        } catch (IOException e) {
            return new Finding(
                    "tool chain",
                    State.MISSING,
                    "no temporary file can be written (" + IoReason.of(e) + ")",
                    "free some space in " + System.getProperty("java.io.tmpdir") + " or set -Djava.io.tmpdir",
                    ErrorCode.IO_ERROR);
        }
    }

    private void compileProbe(Toolchain toolchain) throws IOException {
        try (WorkFolder work = WorkFolder.create("doctor")) {
            Path folder = work.path();
            Path source = Files.writeString(
                    folder.resolve("probe.c"),
                    "__attribute__((visibility(\"default\"))) int selvedge_probe(int x) { return x + 1; }\n");
            toolchain.compileShared(new CompileRequest(
                    folder, List.of(source), List.of(), host.best().cFlags(), folder.resolve("probe.so")));
        }
    }
}
