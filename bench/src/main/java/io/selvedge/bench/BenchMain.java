package io.selvedge.bench;

import io.selvedge.cli.Main;
import io.selvedge.cli.ModelShapes;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.deploy.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge bench}: ours and another runtime in one process. */
@Command(
        name = "selvedge bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Builds a model with Selvedge and runs it and another runtime in one process, in blocks that take turns; prints "
                    + "medians and compares the results. For quiet numbers see bench/README.md."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "2:usage: an option or argument is wrong",
            "3:bad input: the model or the data",
            "5:tool chain: no C compiler, or it failed",
            "6:input/output: a file cannot be read or written",
            "70:internal: a fault of Selvedge; the message says where its stack trace is"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  selvedge bench net.onnx",
            "  selvedge bench net.onnx --input-shape x=1,3,224,224 --json bench.json",
            "  selvedge bench net.onnx --int8-model out/model.onnx      int8 as 'selvedge deploy' made it",
            "  selvedge bench --suite bench/suite.yaml --json out/bench.jsonl --markdown bench/RESULTS.md"
        })
public final class BenchMain implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "An ONNX or TFLite file.")
    private @Nullable Path model;

    @Option(
            names = "--write-nets",
            paramLabel = "FOLDER",
            description =
                    "Instead of measuring, write the suite's networks that have no file (random weights) there as ONNX: "
                            + "NAME.onnx and NAME-int8.onnx.")
    private @Nullable Path writeNets;

    @Option(
            names = "--against",
            paramLabel = "PEER",
            defaultValue = "onnxruntime",
            description = "The other runtime: onnxruntime. A TFLite file also runs in TFLite with XNNPACK.")
    private String against = "onnxruntime";

    @Option(
            names = "--dtype",
            paramLabel = "TYPES",
            split = ",",
            description = "Our arithmetic: fp32, int8 or both with a comma; int8 of an fp32 model needs --int8-model. "
                    + "Default: what the model allows.")
    private List<String> dtypes = List.of();

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of one inference. Default: 1")
    private int threads;

    @Option(names = "--data", paramLabel = "YAML", description = "Run its first sample, instead of random numbers.")
    private @Nullable Path data;

    @Option(names = "--int8-model", paramLabel = "FILE", description = "A quantised form (QDQ) of the model, for int8.")
    private @Nullable Path int8Model;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "1",
            description = "Measured time per contender and row. Default: 1")
    private double seconds;

    @Option(
            names = "--load",
            paramLabel = "N",
            defaultValue = "0",
            description = "Measure once more beside N busy processes and say how far the 95th percentile goes up.")
    private int load;

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Also write the results there as JSON; of a suite a line for each model, and what has a line there "
                            + "is not measured again.")
    private @Nullable Path json;

    @Option(
            names = "--suite",
            paramLabel = "YAML",
            description = "Instead of one model, those of a suite against every runtime, and the start of a process.")
    private @Nullable Path suite;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the suite's tables there.")
    private @Nullable Path markdown;

    @Option(
            names = "--only",
            paramLabel = "PATTERN",
            defaultValue = "",
            description =
                    "Of the suite only models whose name has that regular expression in it; 'starts' is the process start.")
    private String only = "";

    BenchMain(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        System.exit(execute(System.out, System.err, args));
    }

    /**
     * Runs one command line.
     *
     * @return the exit status, as of the other commands
     */
    public static int execute(PrintStream out, PrintStream err, String... args) {
        return Main.execute(new BenchMain(out, err), out, err, args);
    }

    @Override
    public Integer call() throws IOException {
        if (writeNets != null) {
            NetworkFiles.write(writeNets, err);
            return 0;
        }
        check();
        if (suite != null) {
            new SuiteRun(suite, Optional.ofNullable(json), Optional.ofNullable(markdown), pattern(), seconds)
                    .run(out, err);
            return 0;
        }
        if (model == null) {
            throw bad("nothing to measure; give a MODEL or --suite");
        }
        List<BenchResult> results = new ArrayList<>();
        try (Workshop workshop = new Workshop(model, shapes.options(model), Optional.ofNullable(data), threads, load)) {
            Optional<Path> quantized = Optional.ofNullable(int8Model);
            for (String dtype : dtypes.isEmpty() ? workshop.dtypes(quantized) : dtypes) {
                err.println("measuring " + dtype + " ...");
                results.add(workshop.race(dtype, quantized, seconds));
            }
        }
        print(results);
        if (json != null) {
            write(json, BenchResult.tree(Machine.host(), results).toPrettyString() + "\n");
        }
        return 0;
    }

    private Pattern pattern() {
        try {
            return Pattern.compile(only);
        } catch (PatternSyntaxException e) {
            throw new SelvedgeException(ErrorCode.BAD_OPTION, "--only " + only + ": " + e.getDescription(), e);
        }
    }

    private void check() {
        if (!against.equals("onnxruntime")) {
            throw bad("--against " + against + ": the peer is onnxruntime, and for a TFLite file TFLite besides");
        }
        int processors = Runtime.getRuntime().availableProcessors();
        if (threads < 1 || threads > processors) {
            throw bad("--threads " + threads + ": needs a number from 1 to " + processors
                    + ", the processors that this process may use");
        }
        if (load < 0 || load > 64) {
            throw bad("--load " + load + ": needs a number of processes from 0 to 64");
        }
        if (!(seconds > 0) || seconds > 3600) {
            throw bad("--seconds " + seconds + ": needs a number above 0 and up to 3600");
        }
        for (String dtype : dtypes) {
            if (!dtype.equals("fp32") && !dtype.equals("int8")) {
                throw bad("--dtype " + dtype + ": needs fp32, int8 or fp32,int8");
            }
        }
        if (json != null
                && !Files.isDirectory(
                        java.util.Objects.requireNonNull(json.toAbsolutePath().getParent()))) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE, "--json " + json + ": its folder does not exist; create it first");
        }
    }

    private static SelvedgeException bad(String message) {
        return new SelvedgeException(ErrorCode.BAD_OPTION, message);
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    file + " cannot be written (" + IoReason.of(e) + "); choose another --json",
                    e);
        }
    }

    private void print(List<BenchResult> results) {
        for (BenchResult result : results) {
            out.printf(
                    Locale.ROOT,
                    "%s, %s, %d thread: %.2f times as fast as the fastest peer, results differ by %.2g%n",
                    result.model(),
                    result.dtype(),
                    result.threads(),
                    result.ratioToFastest(),
                    result.maxError());
            line("selvedge", result.ours());
            for (BenchResult.Peer peer : result.peers()) {
                line(peer.name() + " " + peer.version(), peer.lap());
            }
            for (BenchResult.UnderLoad row : result.underLoad()) {
                out.printf(
                        Locale.ROOT,
                        "  %-28s p95 %10.2f us   under load %10.2f us, %.1f times%n",
                        row.name(),
                        row.idleMicrosP95(),
                        row.loadedMicrosP95(),
                        row.loadedMicrosP95() / row.idleMicrosP95());
            }
        }
    }

    private void line(String name, Race.Lap lap) {
        out.printf(Locale.ROOT, "  %-28s p50 %10.2f us   p10 %10.2f us%n", name, lap.microsP50(), lap.microsP10());
    }
}
