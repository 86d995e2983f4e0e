package io.selvedge.train.explore;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ModelBytes;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.toolchain.UserCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;

/**
 * Where the trials of one model on one data description lie, also for later runs: a training that was done is read, one that was
 * interrupted goes on from its checkpoint.
 */
record TrialFolder(Path path) {
    private static final int KEY_BYTES = 8;

    /**
     * The folder that belongs to all that decides a trial.
     *
     * @param settings further figures: seed, lanes
     */
    static TrialFolder of(Path root, Path model, Path data, String settings) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ModelBytes.read(model));
            digest.update(ModelBytes.read(data));
            digest.update((data.toAbsolutePath() + " " + settings).getBytes(StandardCharsets.UTF_8));
            Path path = root.resolve(HexFormat.of().formatHex(digest.digest(), 0, KEY_BYTES));
            Files.createDirectories(path);
            return new TrialFolder(path);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "trials cannot be kept in " + root + " (" + IoReason.of(e)
                            + "); free some space or set SELVEDGE_CACHE",
                    e);
        }
    }

    /** Seconds of a step as they were measured first: later runs train as long, and so find what was trained. */
    double secondsPerStep(String arithmetic, DoubleSupplier measured) {
        Path file = path.resolve("seconds-per-step-" + arithmetic);
        OptionalDouble kept = number(file);
        if (kept.isPresent()) {
            return kept.getAsDouble();
        }
        double seconds = measured.getAsDouble();
        UserCache.keep(file, seconds + "\n");
        return seconds;
    }

    /** The learning rate that a range test found for a kind of recipes, in this run or an earlier one. */
    OptionalDouble rate(String kind) {
        return number(rateFile(kind));
    }

    void keepRate(String kind, double rate) {
        UserCache.keep(rateFile(kind), rate + "\n");
    }

    private Path rateFile(String kind) {
        return path.resolve("rate-" + kind);
    }

    private OptionalDouble number(Path file) {
        try {
            return Files.exists(file)
                    ? OptionalDouble.of(
                            Double.parseDouble(Files.readString(file).strip()))
                    : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA, file + " does not hold a number; delete " + path + " and begin again", e);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static SelvedgeException unusable(Path file, IOException e) {
        return new SelvedgeException(
                ErrorCode.OUTPUT_NOT_WRITABLE, file + " cannot be used (" + IoReason.of(e) + ")", e);
    }

    /** Where a training keeps its checkpoints. */
    Path training(Recipe recipe, int steps) {
        return path.resolve(recipe.name() + "-" + steps);
    }

    /** What a training left: the float form, and that which is deployed. */
    record Result(Graph trained, Graph quantized) {}

    /** The result of a training that was done before. */
    Optional<Result> result(Recipe recipe, int steps) {
        Path quantized = file(recipe, steps, "-quantized");
        return Files.exists(quantized)
                ? Optional.of(new Result(OnnxImporter.read(file(recipe, steps, "")), OnnxImporter.read(quantized)))
                : Optional.empty();
    }

    Result keep(Recipe recipe, int steps, Result result) {
        OnnxExporter.write(result.trained(), file(recipe, steps, ""));
        // The last one says that both are there.
        OnnxExporter.write(result.quantized(), file(recipe, steps, "-quantized"));
        return result;
    }

    private Path file(Recipe recipe, int steps, String kind) {
        return path.resolve(recipe.name() + "-" + steps + kind + ".onnx");
    }
}
