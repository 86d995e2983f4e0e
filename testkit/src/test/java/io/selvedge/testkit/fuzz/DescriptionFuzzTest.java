package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.compress.data.DataDescription;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that claim to be a description of data. */
class DescriptionFuzzTest {
    private static final TemporaryFile FILE = TemporaryFile.ending(".yaml");

    static Stream<byte[]> seeds() {
        return Stream.of("""
                        kind: images
                        path: test.tar.gz
                        classes: [cat, dog]
                        input: {name: x, layout: NCHW, colour: RGB, resize: [32, 32], dtype: float32, scale: 1, mean: [0, 1, 2]}
                        metric: top1
                        calibration: {path: train.tar.gz, take: 500, seed: 1}
                        """, """
                        kind: raw
                        path: kws.tar
                        record: {dtype: int8, shape: [1, 1, 49, 10]}
                        labels: {file: y.csv, key: 0, value: 2}
                        input: {name: x, dtype: float32, offset: -83, scale: 0.58}
                        """, "kind: npz\npath: eval.npz\nmetric: mse\ncalibration: {split: 20}\n")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void description(byte[] bytes) {
        FILE.write(bytes);
        Bounds.check(() -> DataDescription.read(FILE.path()));
    }
}
