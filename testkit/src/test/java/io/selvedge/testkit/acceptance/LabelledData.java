package io.selvedge.testkit.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.image.Colour;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compress.data.DataDescription;
import io.selvedge.compress.data.DataDescription.Content;
import io.selvedge.compress.data.DataDescription.Images;
import io.selvedge.compress.data.DataDescription.LabelFile;
import io.selvedge.compress.data.DataDescription.OtherPath;
import io.selvedge.compress.data.DataDescription.Raw;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.InputDescription;
import io.selvedge.compress.data.InputDescription.ImageSize;
import io.selvedge.compress.data.InputDescription.Layout;
import io.selvedge.testkit.SharedFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The data of the shared folder in the form that a model takes; a test that needs what is absent is skipped. */
final class LabelledData {
    private static final int CALIBRATION_IMAGES = 500;
    private static final List<String> CIFAR_CLASSES =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private LabelledData() {}

    /** The data that a model was trained for: 10,000 photographs, or 1000 windows of spoken words. */
    static DataSource of(RealModel model) {
        return switch (model) {
            case RESNET8 -> photographs(input("input", Layout.NCHW, DType.FLOAT32, 0, 1));
            case RESNET8_CHANNELS_LAST -> photographs(input("input", Layout.NHWC, DType.FLOAT32, 0, 1));
            case RESNET8_QDQ -> photographs(input("input", Layout.NCHW, DType.INT8, -128, 1));
            case KEYWORDS -> words(Shape.of(1, 1, 49, 10), input("input", Layout.NCHW, DType.FLOAT32, -83, 0.58470291));
            case KEYWORDS_CHANNELS_LAST ->
                words(Shape.of(1, 49, 10, 1), input("input", Layout.NHWC, DType.FLOAT32, -83, 0.58470291));
            case KEYWORDS_QDQ -> words(Shape.of(1, 1, 49, 10), input("input", Layout.NCHW, DType.INT8, 0, 1));
            default -> throw new IllegalArgumentException("no labelled data for " + model);
        };
    }

    /** The photographs scaled to a detector's input, in [-1, 1]. */
    static DataSource faces() {
        InputDescription input = new InputDescription(
                "input",
                Layout.NCHW,
                Colour.RGB,
                Optional.of(new ImageSize(240, 320)),
                DType.FLOAT32,
                0,
                1,
                List.of(127.0),
                List.of(128.0));
        return photographs(input);
    }

    private static InputDescription input(String name, Layout layout, DType dtype, double offset, double scale) {
        return new InputDescription(
                name, layout, Colour.RGB, Optional.empty(), dtype, offset, scale, List.of(0.0), List.of(1.0));
    }

    /** All test images; for calibration some of the training images. */
    private static DataSource photographs(InputDescription input) {
        Path test = file("cifar10/cifar10_test_jpg.tar.gz");
        Path train = file("cifar10/cifar10_train_jpg.tar.gz");
        return open(
                new Images(test, Optional.empty(), input),
                Optional.of(CIFAR_CLASSES),
                Optional.of(new OtherPath(train, OptionalInt.of(CALIBRATION_IMAGES), 1)));
    }

    private static DataSource words(Shape shape, InputDescription input) {
        LabelFile labels = new LabelFile(file("kws/y_labels.csv"), 0, 2);
        return open(
                new Raw(file("kws/kws01_bins.tar"), DType.INT8, shape, Optional.of(labels), input),
                Optional.empty(),
                Optional.empty());
    }

    private static DataSource open(
            Content content, Optional<List<String>> classes, Optional<? extends DataDescription.Calibration> other) {
        Path nowhere = content.path().resolveSibling("description.yaml");
        return DataSource.open(new DataDescription(nowhere, content, classes, Optional.of("top1"), other.map(o -> o)));
    }

    static Path file(String relative) {
        Optional<Path> file = SharedFolder.find("data/" + relative);
        assumeTrue(file.isPresent(), "shared/data/" + relative + " is absent");
        return file.orElseThrow();
    }
}
