package io.selvedge.train.fit;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.data.Augmentation;
import io.selvedge.compress.data.DataDescription;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.InputDescription;
import io.selvedge.train.TrainOptions;
import java.nio.file.Path;

/** Training data of a description file, opened. */
public record DescribedData(DataSource source, TrainingData data, TrainOptions options) implements AutoCloseable {
    /**
     * Opens the samples that the description names for training, else those for calibration.
     *
     * @return with the options as the description changes them
     * @throws SelvedgeException EMPTY_DATA when it names neither, and what {@link DataSource#open} throws
     */
    public static DescribedData open(Path file, TrainOptions options) {
        DataDescription description = DataDescription.read(file);
        DataSource source = DataSource.open(description);
        try {
            Dataset samples = source.training()
                    .or(source::calibration)
                    .orElseThrow(() -> new SelvedgeException(
                            ErrorCode.EMPTY_DATA,
                            "'" + file
                                    + "' says nothing about training samples; add 'training: {path: ..., validation: 0.1}', or "
                                    + "{split: 200} for a part of the data that is then not evaluated"));
            boolean labels =
                    description.training().map(DataDescription.Training::labels).orElse(true);
            double share = description
                    .training()
                    .map(DataDescription.Training::validation)
                    .orElse(options.validation());
            boolean images = description.content() instanceof DataDescription.Images;
            boolean last = switch (description.content()) {
                case DataDescription.Images content -> content.input().layout() == InputDescription.Layout.NHWC;
                case DataDescription.Raw content -> content.input().layout() == InputDescription.Layout.NHWC;
                case DataDescription.Npz _ -> false;
            };
            boolean values = source.metric().equals("mse");
            TrainingData data = TrainingData.split(samples, share, seedOf(description), last, images, values);
            Augmentation described = description
                    .training()
                    .map(DataDescription.Training::augmentation)
                    .orElse(Augmentation.NONE);
            TrainOptions whole = options.augmentation().equals(Augmentation.NONE) ? options.with(described) : options;
            return new DescribedData(source, data, labels ? whole : whole.withoutLabels());
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** Of the data alone: were it the training's, a second one with another seed would be judged by what the first one learned. */
    private static long seedOf(DataDescription description) {
        return description
                .training()
                .map(DataDescription.Training::samples)
                .or(description::calibration)
                .map(DataDescription.Calibration::seed)
                .orElseThrow();
    }

    @Override
    public void close() {
        source.close();
    }
}
