package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The data that a description names, opened: samples to evaluate and, where given, samples to calibrate on. The two never
 * share a sample that the description takes from one place. Closing it ends the use of both.
 */
public final class DataSource implements Closeable {
    private final DataDescription description;
    private final List<Closeable> open = new ArrayList<>();
    private final Dataset evaluation;
    private final Optional<Dataset> calibration;
    private final Optional<Dataset> training;

    private DataSource(DataDescription description) {
        this.description = description;
        try {
            Dataset all = dataset(description.content().path());
            Parts calibrated = parts(all, description.calibration(), "calibration");
            Parts trained =
                    parts(calibrated.rest(), description.training().map(DataDescription.Training::samples), "training");
            this.calibration = calibrated.taken();
            this.training = trained.taken();
            this.evaluation = trained.rest();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Opens the data of a description file.
     *
     * @throws SelvedgeException BAD_DATA, DATA_NOT_FOUND, EMPTY_DATA, LABEL_OUT_OF_RANGE, SHAPE_MISMATCH or IO_ERROR
     */
    public static DataSource open(Path descriptionFile) {
        return open(DataDescription.read(descriptionFile));
    }

    /** Opens the data of a description. */
    public static DataSource open(DataDescription description) {
        return new DataSource(description);
    }

    /** Samples that a description takes, and what is left of those that it takes them from. */
    private record Parts(Optional<Dataset> taken, Dataset rest) {}

    private Parts parts(Dataset all, Optional<DataDescription.Calibration> samples, String what) {
        return switch (samples.orElse(null)) {
            case null -> new Parts(Optional.empty(), all);
            case DataDescription.Split split -> {
                int[] order = checkedOrder(all, split, what);
                int[] rest = Arrays.copyOfRange(order, split.count(), order.length);
                Arrays.sort(rest);
                yield new Parts(Optional.of(all.subset(Arrays.copyOf(order, split.count()))), all.subset(rest));
            }
            case DataDescription.OtherPath other -> {
                Dataset others = dataset(other.path());
                yield new Parts(
                        Optional.of(
                                other.take().isPresent()
                                        ? others.take(other.take().getAsInt(), other.seed())
                                        : others),
                        all);
            }
        };
    }

    private int[] checkedOrder(Dataset all, DataDescription.Split split, String what) {
        if (split.count() >= all.size()) {
            throw new SelvedgeException(
                    ErrorCode.EMPTY_DATA,
                    "'" + description.file() + "': " + what + " split of " + split.count() + " leaves none of the "
                            + all.size() + " samples to evaluate.");
        }
        return Dataset.order(all.size(), split.seed());
    }

    private Dataset dataset(Path path) {
        return switch (description.content()) {
            case DataDescription.Images images ->
                ImageSamples.open(images, kept(Archive.open(path)), path, description.classes());
            case DataDescription.Raw raw -> RawSamples.open(raw, kept(Archive.open(path)), path, description.classes());
            case DataDescription.Npz npz -> {
                boolean targets = description.metric().equals(Optional.of("mse"));
                yield NpzSamples.open(kept(NpzFile.open(path)), path, description.classes(), targets);
            }
        };
    }

    private <T extends Closeable> T kept(T resource) {
        open.add(resource);
        return resource;
    }

    public DataDescription description() {
        return description;
    }

    /** Samples to judge a model by. */
    public Dataset evaluation() {
        return evaluation;
    }

    /** Samples to calibrate on; empty when the description names none. */
    public Optional<Dataset> calibration() {
        return calibration;
    }

    /** Samples to train on; empty when the description names none. */
    public Optional<Dataset> training() {
        return training;
    }

    /** The metric that the description names, else the one that its samples allow: top1, mse or agreement. */
    public String metric() {
        return description.metric().orElseGet(() -> {
            Sample first = evaluation.get(0);
            return first.label().isPresent() ? "top1" : first.target().isPresent() ? "mse" : "agreement";
        });
    }

    /**
     * Checks the samples' inputs against a model's.
     *
     * @throws SelvedgeException BAD_DATA for a missing input, DTYPE_MISMATCH, SHAPE_MISMATCH
     */
    public void requireInputs(ModelInputs model) {
        model.check(evaluation.inputs(), "'" + description.file() + "'");
        calibration.ifPresent(
                samples -> model.check(samples.inputs(), "the calibration data of '" + description.file() + "'"));
        training.ifPresent(
                samples -> model.check(samples.inputs(), "the training data of '" + description.file() + "'"));
    }

    @Override
    public void close() {
        for (Closeable resource : open) {
            try {
                resource.close();
            } catch (IOException e) {
                throw new SelvedgeException(ErrorCode.IO_ERROR, "Cannot close data: " + IoReason.of(e), e);
            }
        }
    }
}
