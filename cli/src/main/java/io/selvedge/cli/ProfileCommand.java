package io.selvedge.cli;

import io.selvedge.cli.report.ProfilePage;
import io.selvedge.cli.report.ProfileWriter;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.deploy.Machine;
import io.selvedge.compress.deploy.SessionRunner;
import io.selvedge.compress.deploy.StepSheet;
import io.selvedge.compress.profile.PeakCache;
import io.selvedge.compress.profile.Peaks;
import io.selvedge.compress.profile.Profile;
import io.selvedge.compress.profile.Profiler;
import io.selvedge.runtime.GoldenVector;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.ProgramExecutor;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge profile}: which layers of a bundle take the time, and how near each is to what this core can do. */
@Command(
        name = "profile",
        description = {
            "Times every layer of a bundle on this machine, one thread, and compares it with the limits of one core.",
            "",
            "The limits (multiply-adds of floats and of bytes, reading each cache and memory) are measured once per CPU and "
                    + "target and kept in the cache; 'selvedge doctor' shows them."
        },
        footer = {
            "  selvedge profile out/model.selv",
            "  selvedge profile out/model.selv --html profile.html --json profile.json",
            "  selvedge profile out/model.selv --target x86-64-v3    another library of the bundle",
            "  selvedge profile out/model.selv --data eval.yaml      on the first sample of these data"
        })
final class ProfileCommand implements Callable<Integer> {
    private static final long NANOS = 1_000_000_000;

    private final Console console;

    @Parameters(paramLabel = "BUNDLE", description = "A .selv file, as 'selvedge deploy' writes it.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures there as JSON.")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a page with a roofline there.")
    private @Nullable Path html;

    @Option(
            names = "--data",
            paramLabel = "YAML",
            description = "Run on the first sample of these data. Default: the bundle's first golden vector.")
    private @Nullable Path data;

    @Mixin
    private BundleChoice choice = new BundleChoice();

    @Option(
            names = "--fresh-peaks",
            description = "Measure the limits of this core again, if something disturbed the measurement.")
    private boolean freshPeaks;

    @Option(
            names = "--cc",
            paramLabel = "FILE",
            description = "Another C compiler than the bundled clang, for measuring the limits.")
    private @Nullable Path cc;

    ProfileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (!ModelFile.isBundle(file)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_BUNDLE,
                    file + " is no bundle; profile takes the .selv file that 'selvedge deploy' writes from a model");
        }
        Profile profile;
        try (ProgressLine progress = new ProgressLine(console);
                Model model = Model.load(file, choice.loading(file));
                Session session = choice.session(model)) {
            StepSheet sheet = StepSheet.read(model.bundle(), session.binding());
            fill(session);
            session.run();
            profile = new Profiler(session, sheet, progress).run(peaks(model.targetName(), progress), NANOS);
        }
        new ProfileTable(profile).lines().forEach(console.out()::println);
        if (json != null) {
            new TextFile("--json", json).write(ProfileWriter.text(profile, Machine.host()));
            console.out().println("Wrote " + json);
        }
        if (html != null) {
            new TextFile("--html", html).write(ProfilePage.text(profile, Machine.host()));
            console.out().println("Wrote " + html);
        }
        return 0;
    }

    private Peaks peaks(String targetName, ProgressLine progress) {
        // In Java the same core does it.
        Target target =
                targetName.equals(ProgramExecutor.TARGET) ? HostCpu.detect().best() : TargetCatalog.byName(targetName);
        PeakCache cache = new PeakCache(UserCache.ofUser(), HostCpu.detect());
        Supplier<Toolchain> toolchain = () -> Optional.ofNullable(cc)
                .map(Toolchain::of)
                .orElseGet(() -> Toolchain.bundled(
                        UserCache.ofUser(),
                        (done, total) -> progress.progress("unpack the C compiler (once)", done, total)));
        Optional<Peaks> known = freshPeaks ? Optional.empty() : cache.known(target);
        return known.orElseGet(() -> {
            progress.progress("measure the limits of one core (once)", 0, 0);
            return cache.measure(
                    target, toolchain, LocalDate.now(ZoneOffset.UTC).toString());
        });
    }

    /** Data when they are given, else the golden vector, else what a new session has: zeros. */
    private void fill(Session session) {
        if (data != null) {
            try (DataSource source = DataSource.open(data)) {
                source.requireInputs(Judging.inputs(session));
                new SessionRunner(session).run(source.evaluation().get(0).inputs());
            }
            return;
        }
        List<GoldenVector> golden = GoldenVector.of(session.model().bundle(), session.binding());
        if (!golden.isEmpty()) {
            for (int i = 0; i < session.inputs().size(); i++) {
                TensorBuffer input = session.inputs().get(i);
                input.bytes().put(golden.getFirst().inputs().get(i).duplicate());
            }
        }
    }
}
