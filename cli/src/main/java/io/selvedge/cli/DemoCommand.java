package io.selvedge.cli;

import io.selvedge.cli.demo.LineFiles;
import io.selvedge.cli.demo.TextLines;
import io.selvedge.cli.report.Report;
import io.selvedge.cli.report.SamplePicture;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.compress.data.Sample;
import io.selvedge.compress.deploy.Budgets;
import io.selvedge.compress.deploy.DeployData;
import io.selvedge.compress.deploy.DeployRequest;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.SessionRunner;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code selvedge demo}: a real model, data drawn on the spot, the whole walk. */
@Command(
        name = "demo",
        description = {
            "Deploys a real model, PP-OCR's text line classifier (is this line upside down?), on text lines that it draws "
                    + "itself, half of them noisy. Needs no files; takes about a minute."
        },
        footer = {"  selvedge demo", "  selvedge demo --max-drop 0.1 --out /tmp/demo"})
final class DemoCommand implements Callable<Integer> {
    private static final String RESOURCE = "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx";
    private static final String INPUT = "x";
    private static final List<Integer> SHAPE = List.of(1, 3, 48, 192);
    private static final int CALIBRATION_LINES = 200;
    private static final int TRAINING_LINES = 2000;
    private static final String MODEL = "model.onnx";
    private static final int RIGHT_PICTURES = 9;
    private static final int WRONG_PICTURES = 3;

    private final Console console;
    private final Deployment deployment;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            defaultValue = "out/demo",
            description = "Where to write. Default: out/demo")
    private Path out = Path.of("out", "demo");

    @Option(
            names = "--max-drop",
            paramLabel = "POINTS",
            defaultValue = "1",
            description = "Most points of accuracy to lose. Default: 1")
    private double maxDrop;

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Text lines to judge by. Default: 2000")
    private int lines;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the lines and of every choice. Default: 1")
    private long seed;

    @Option(names = "--json", description = "Print report.json instead of the table.")
    private boolean json;

    @Option(
            names = "--write-data",
            paramLabel = "DIR",
            description =
                    "Write the model, the lines as pictures and their description into this folder instead, to try other "
                            + "commands on: docs/tutorial.md.")
    private @Nullable Path data;

    DemoCommand(Console console) {
        this(console, Deployment.REAL);
    }

    DemoCommand(Console console, Deployment deployment) {
        this.console = console;
        this.deployment = deployment;
    }

    @Override
    public Integer call() throws IOException {
        Limits.finite("--max-drop", maxDrop);
        Limits.atLeastOne("--lines", lines);
        if (data != null) {
            return writeData(data);
        }
        TextLines.Sets sets = TextLines.draw(INPUT, lines, CALIBRATION_LINES, seed);
        try (WorkFolder work = WorkFolder.create("demo");
                InputStream in = DemoCommand.class.getResourceAsStream(RESOURCE)) {
            Path model = work.path().resolve(RESOURCE.substring(RESOURCE.lastIndexOf('/') + 1));
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            Files.copy(in, model);
            return new Deploying(console, deployment, out, json)
                    .run(
                            staging -> request(model, sets, staging),
                            Files.size(model),
                            result -> new Report(result, pictures(result, sets.evaluation())));
        }
    }

    private int writeData(Path folder) throws IOException {
        TextLines.Sets sets = TextLines.draw(INPUT, lines, TRAINING_LINES, seed);
        List<String> names = new ArrayList<>(LineFiles.NAMES);
        names.add(MODEL);
        try (OutputFolder output = OutputFolder.open(folder, 0);
                ProgressLine progress = new ProgressLine(console);
                InputStream in = DemoCommand.class.getResourceAsStream(RESOURCE)) {
            Files.copy(Objects.requireNonNull(in), output.staging().resolve(MODEL));
            LineFiles.write(output.staging(), sets, INPUT, progress);
            output.publish(names).forEach(file -> console.out().println("Wrote " + file));
        }
        return 0;
    }

    private DeployRequest request(Path model, TextLines.Sets sets, Path staging) {
        return new DeployRequest(
                model,
                new DeployData.Given(sets.calibration(), sets.evaluation(), MetricCatalog.named("top1")),
                new Budgets(
                        OptionalDouble.of(maxDrop), OptionalDouble.empty(), OptionalLong.empty(), OptionalLong.empty()),
                List.of(),
                staging,
                seed,
                List.of(new ImportOptions(Map.of(), Map.of(INPUT, SHAPE))),
                List.of(),
                Optional.empty(),
                false,
                false,
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    /** Lines that the chosen model reads right, and some that it does not, if there are any. */
    private static List<SamplePicture> pictures(DeployResult result, TextLines lines) {
        Optional<Path> bundle = result.written().stream()
                .filter(file -> file.toString().endsWith(".selv"))
                .findFirst();
        List<SamplePicture> right = new ArrayList<>();
        List<SamplePicture> wrong = new ArrayList<>();
        if (bundle.isPresent()) {
            try (Model model = Model.load(bundle.get());
                    Session session = model.newSession()) {
                SessionRunner runner = new SessionRunner(session);
                for (int i = 0;
                        i < lines.size() && (right.size() < RIGHT_PICTURES || wrong.size() < WRONG_PICTURES);
                        i++) {
                    SamplePicture picture = picture(lines, i, runner);
                    List<SamplePicture> kind = picture.correct() ? right : wrong;
                    if (kind.size() < (picture.correct() ? RIGHT_PICTURES : WRONG_PICTURES)) {
                        kind.add(picture);
                    }
                }
            }
        }
        right.addAll(wrong);
        return right;
    }

    private static SamplePicture picture(TextLines lines, int index, SessionRunner runner) {
        Sample sample = lines.get(index);
        float[] scores = runner.run(sample.inputs())[0];
        boolean turned = scores[1] > scores[0];
        boolean correct = turned == lines.turned(index);
        String answer = String.format(
                Locale.ROOT, "%s, %.1f %%", turned ? "upside down" : "upright", 100 * Math.max(scores[0], scores[1]));
        String truth = "“" + lines.text(index) + "”, " + (lines.turned(index) ? "upside down" : "upright")
                + (lines.noisy(index) ? ", noisy" : "");
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(lines.image(index), "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SamplePicture(sample.name(), png.toByteArray(), truth, answer, correct);
    }
}
