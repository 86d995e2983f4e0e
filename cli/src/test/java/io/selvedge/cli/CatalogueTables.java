package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.pass.Pass;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compress.eval.MetricCatalog;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** docs/catalogues.md as text: what is listed in the catalogues, described by the first sentence of its Javadoc. */
final class CatalogueTables {
    private static final Path COMPILER = Path.of("compiler/src/main/java/io/selvedge/compiler");
    private static final Path METRICS = Path.of("compress/src/main/java/io/selvedge/compress/eval");
    private static final Pattern ENTRY = Pattern.compile("(?:entry\\(|in\\((\\w+), )\"(\\w+)\",\\s+(\\w+)::read");

    /** Operators that FuseConv always replaces. */
    private static final Set<String> FUSED_FIRST = Set.of("Conv");

    private CatalogueTables() {}

    static String text() {
        return """
                # Operators, passes, targets, metrics, error codes

                Generated from the catalogues and the Javadoc of what they list; `CatalogueTablesTest` checks that it is up to date
                and writes it again with `-Dselvedge.docs=write`.

                ## Operators

                ONNX opsets %d to %d. *Native* operators compile to C; the others are for shape arithmetic and constants, which are
                evaluated while compiling.

                | operator | opsets that changed it | native | source |
                |---|---|---|---|
                %s
                | source | what its operators compute |
                |---|---|
                %s
                ## Passes

                Repeated until nothing changes; the result is plain ONNX.

                | simplification | what |
                |---|---|
                %s
                In front of lowering; the result has operators of Selvedge's own.

                | fusion | what |
                |---|---|
                %s
                ## Targets

                Best first for each architecture. `deploy` takes the first one that this machine runs, and a bundle the first of its own;
                see [targets.md](targets.md).

                | target | CPU features | vector | 8-bit dot product | compiler flags |
                |---|---|---|---|---|
                %s
                ## Metrics

                | metric | what |
                |---|---|
                %s
                ## Error codes

                | code | exit status | when |
                |---|---|---|
                %s""".formatted(
                        OpCatalog.OLDEST_OPSET,
                        OpCatalog.NEWEST_OPSET,
                        operators(),
                        records(),
                        passes(Pipelines.SIMPLIFY),
                        passes(Pipelines.FUSE),
                        targets(),
                        metrics(),
                        errors());
    }

    private static String operators() {
        Map<String, String> makers = makers();
        return OpCatalog.ALL
                .entries()
                .map(entry -> {
                    String maker = makers.get(entry.name());
                    return row(
                            entry.name(),
                            entry.versions().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                            isNative(maker) ? "yes" : "",
                            "`op/" + maker + ".java`");
                })
                .collect(Collectors.joining());
    }

    private static String records() {
        return makers().values().stream()
                .distinct()
                .sorted()
                .map(maker -> row("`" + maker + "`", sentence(COMPILER.resolve("op"), maker)))
                .collect(Collectors.joining());
    }

    /** Which record reads an operator; the catalogue keeps functions, so its source is asked. */
    private static Map<String, String> makers() {
        Map<String, String> makers = new TreeMap<>();
        String source = source(COMPILER.resolve("op"), "OpCatalog");
        Matcher entry = ENTRY.matcher(source);
        while (entry.find()) {
            String domain = entry.group(1) == null ? "" : text(source, entry.group(1)) + ".";
            makers.put(domain + entry.group(2), entry.group(3));
        }
        return makers;
    }

    /** What a constant of the source holds. */
    private static String text(String source, String constant) {
        Matcher value = Pattern.compile(" " + constant + " = \"([^\"]*)\"").matcher(source);
        if (!value.find()) {
            throw new IllegalStateException("no constant " + constant);
        }
        return value.group(1);
    }

    private static boolean isNative(String maker) {
        try {
            Class<?> type = Class.forName("io.selvedge.compiler.op." + maker);
            // A fused form that lowers itself, or the operators in which the importer restates it, stand in for it.
            return FUSED_FIRST.contains(maker)
                    || Lowerable.class.isAssignableFrom(type)
                    || !Op.class.isAssignableFrom(type);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String passes(List<Pass> passes) {
        return passes.stream()
                .map(pass -> row("`" + pass.name() + "`", sentence(COMPILER.resolve("pass"), pass.name())))
                .collect(Collectors.joining());
    }

    private static String targets() {
        return TargetCatalog.all().stream().map(CatalogueTables::target).collect(Collectors.joining());
    }

    private static String target(Target target) {
        return row(
                "`" + target.name() + "`",
                target.cpuFlags().isEmpty() ? "any " + target.arch() : String.join(" ", target.cpuFlags()),
                target.lanes() + " floats",
                target.dotProduct() ? "yes" : "",
                "`" + String.join(" ", target.cFlags()) + "`");
    }

    private static String metrics() {
        return MetricCatalog.all().stream()
                .map(metric -> row(
                        "`" + metric.name() + "`",
                        sentence(METRICS, metric.getClass().getSimpleName())))
                .collect(Collectors.joining());
    }

    private static String errors() {
        String source = source(COMPILER.resolve("diag"), "ErrorCode");
        StringBuilder rows = new StringBuilder();
        for (ErrorCode code : ErrorCode.values()) {
            rows.append(
                    row("`" + code + "`", String.valueOf(code.exitStatus()), javadoc(source, "    " + code + "\\(")));
        }
        return rows.toString();
    }

    private static String sentence(Path folder, String type) {
        return javadoc(source(folder, type), "(?:public )?(?:final )?(?:record|class) " + type + "\\b");
    }

    private static String source(Path folder, String type) {
        return String.join(
                "\n", SourceTree.lines(SourceTree.ROOT.resolve(folder).resolve(type + ".java")));
    }

    /** The first sentence of the Javadoc in front of a declaration, as Markdown. */
    private static String javadoc(String source, String declaration) {
        Matcher comment = Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*" + declaration, Pattern.DOTALL)
                .matcher(source);
        if (!comment.find()) {
            throw new IllegalStateException("no Javadoc in front of " + declaration);
        }
        String text = comment.group(1)
                .replaceAll("\\s*\\n\\s*\\* ?", " ")
                .replaceAll("\\{@code ([^{}]*(?:\\{[^{}]*}[^{}]*)*)}", "`$1`")
                .replaceAll("\\{@link (?:\\w+\\.)*#?(\\w+)}", "`$1`")
                .replaceAll("</?\\w[^>]*>.*", "")
                .replaceAll(" @\\w+ .*", "")
                .strip();
        Matcher end = Pattern.compile("[.](?= |$)").matcher(text);
        String first = end.find() ? text.substring(0, end.start()) : text;
        return first.replace("|", "\\|");
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
