package io.selvedge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.deploy.SideBySide;
import io.selvedge.train.TrainListener.Progress;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.TrainResult.Epoch;
import io.selvedge.train.process.OptionsText;
import io.selvedge.train.process.TrainingProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A training that a command asks for: checkpoints beside the output until that is there, progress with the time left, a report.
 *
 * @param out the ONNX file to write
 * @param resume whether checkpoints of an earlier call are used
 */
record Training(Console console, Path out, boolean resume) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Where checkpoints lie while the output is not there. */
    Path folder() {
        Path target = out.toAbsolutePath();
        return target.resolveSibling(target.getFileName() + ".training");
    }

    /** The model with the shapes that the samples have. */
    static Graph model(Path model, ImportOptions options, Path data) {
        try (DataSource source = DataSource.open(data)) {
            return ModelReader.read(model, SideBySide.bound(model, options, source, "'" + data + "'"));
        }
    }

    /** Trains in a process of its own. @throws SelvedgeException as {@link TrainingProcess#train} */
    TrainResult run(TrainRequest request, Path data) {
        if (!resume) {
            delete(folder());
        }
        try (ProgressLine line = new ProgressLine(console)) {
            line.progress("start libtorch", 0, 0);
            return TrainingProcess.train(request, data, progress -> show(line, progress));
        }
    }

    private static void show(ProgressLine line, Progress progress) {
        StringBuilder detail = new StringBuilder();
        if (progress.secondsLeft() >= 0) {
            detail.append(time(progress.secondsLeft())).append(" left");
        }
        if (!Double.isNaN(progress.loss())) {
            detail.append(detail.isEmpty() ? "" : ", ")
                    .append(String.format(Locale.ROOT, "loss %.4f", progress.loss()));
        }
        line.progress(progress.phase(), progress.step(), progress.steps(), detail.toString());
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? whole + " s" : whole / 60 + " min " + whole % 60 + " s";
    }

    /**
     * Writes the model with the history of {@code model} and this training, and prints what came out.
     *
     * @param headline in front of the table, where the report is not asked for
     */
    void finish(Path model, TrainResult result, ObjectNode report, String headline, boolean json) {
        write(result, ModelHistory.of(model).plus(report));
        if (json) {
            console.out().println(report.put("file", out.toString()).toPrettyString());
            return;
        }
        console.out().println(headline);
        table(result).forEach(console.out()::println);
        figures(result).ifPresent(console.out()::println);
        console.out().println("Wrote " + out);
    }

    /** Writes the model, then removes the checkpoints. */
    void write(TrainResult result, Map<String, String> metadata) {
        OnnxExporter.write(result.graph(), out, metadata);
        deleteCheckpoints();
    }

    /** Of what is written. */
    void deleteCheckpoints() {
        delete(folder());
    }

    /** For the file's history and for {@code --json}. */
    static ObjectNode report(TrainRequest request, TrainResult result) {
        ObjectNode json = JSON.createObjectNode().put("step", "train");
        json.set("options", OptionsText.write(request.options()));
        json.put("learningRate", result.learningRate())
                .put("bestEpoch", result.bestEpoch())
                .put("teacher", request.teacher().isPresent())
                .put("digest", result.digest())
                .put("dataDigest", result.dataDigest());
        result.evaluation()
                .ifPresent(figures -> json.putObject("evaluation")
                        .put("metric", figures.metric())
                        .put("samples", figures.samples())
                        .put("before", figures.before())
                        .put("after", figures.after()));
        ArrayNode epochs = json.putArray("history");
        for (Epoch epoch : result.history()) {
            ObjectNode each = epochs.addObject().put("epoch", epoch.number());
            number(each, "loss", epoch.loss());
            number(each, "validationLoss", epoch.validationLoss());
            number(each, "validationAccuracy", epoch.validationAccuracy());
        }
        return json;
    }

    private static void number(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        }
    }

    /** Epoch by epoch, for people. */
    static List<String> table(TrainResult result) {
        TextTable table = new TextTable()
                .right("epoch")
                .right("loss")
                .right("validation loss")
                .right("validation accuracy")
                .left("");
        for (Epoch epoch : result.history()) {
            table.row(
                    String.valueOf(epoch.number()),
                    text("%.4f", epoch.loss()),
                    text("%.4f", epoch.validationLoss()),
                    text("%.2f %%", 100 * epoch.validationAccuracy()),
                    epoch.number() == result.bestEpoch() ? "kept" : "");
        }
        List<String> lines = new ArrayList<>(table.lines());
        if (result.bestEpoch() == 0 && result.history().size() > 1) {
            lines.add(
                    "No epoch was judged better than the model as it was, which is kept. A model that learned the validation samples"
                            + " before is judged too well: 'validation: 0' in the data's training part keeps the last epoch.");
        }
        return lines;
    }

    /** The data's metric before and after, for people. */
    static Optional<String> figures(TrainResult result) {
        return result.evaluation()
                .map(figures -> String.format(
                        Locale.ROOT,
                        "%s on %d samples that were not trained on: %.4f, was %.4f",
                        figures.metric(),
                        figures.samples(),
                        figures.after(),
                        figures.before()));
    }

    private static String text(String format, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }

    private static void delete(Path folder) {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "cannot remove the old checkpoints in " + folder + " (" + IoReason.of(e) + "); remove them by hand",
                    e);
        }
    }
}
