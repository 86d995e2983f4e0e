package io.selvedge.compress.data;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a data description file says; paths are absolute. See the format in {@link DescriptionReader}.
 *
 * @param classes class names in label order; for images without a label file, the folders' names
 * @param metric name of the metric to judge by; without it the data decides (labels: top1, targets: mse, else agreement)
 * @param training samples to train on
 */
public record DataDescription(
        Path file,
        Content content,
        Optional<List<String>> classes,
        Optional<String> metric,
        Optional<Calibration> calibration,
        Optional<Training> training) {
    public DataDescription {
        classes = classes.map(List::copyOf);
    }

    /** Without samples to train on. */
    public DataDescription(
            Path file,
            Content content,
            Optional<List<String>> classes,
            Optional<String> metric,
            Optional<Calibration> calibration) {
        this(file, content, classes, metric, calibration, Optional.empty());
    }

    /** Reads and checks a description file.
     *  @throws io.selvedge.compiler.diag.SelvedgeException BAD_DATA with the line, DATA_NOT_FOUND, IO_ERROR */
    public static DataDescription read(Path file) {
        return DescriptionReader.read(file);
    }

    /** Where samples come from. */
    public sealed interface Content {
        Path path();
    }

    /** Image files in a folder or archive; the parent folder's name is the class unless a label file says otherwise. */
    public record Images(Path path, Optional<LabelFile> labels, InputDescription input) implements Content {}

    /** Headerless little-endian records, one per file. */
    public record Raw(Path path, DType dtype, Shape shape, Optional<LabelFile> labels, InputDescription input)
            implements Content {}

    /** NumPy arrays named as the model's inputs, first axis = samples; labels or targets in {@code y}. */
    public record Npz(Path path) implements Content {}

    /** A CSV file that gives a label per file name; columns count from 0. */
    public record LabelFile(Path file, int keyColumn, int valueColumn) {}

    /** Where calibration samples come from. */
    public sealed interface Calibration {
        long seed();
    }

    /** Other data of the same kind; all of it, or {@code take} samples chosen by the seed. */
    public record OtherPath(Path path, OptionalInt take, long seed) implements Calibration {}

    /** {@code count} samples of the evaluation data, which are then not evaluated. */
    public record Split(int count, long seed) implements Calibration {}

    /**
     * What to train on.
     *
     * @param samples other data of the same kind, or a part of this
     * @param validation share of them that only judges
     * @param labels whether their labels are used
     * @param augmentation changes that leave a sample's meaning
     */
    public record Training(Calibration samples, double validation, boolean labels, Augmentation augmentation) {}
}
