package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.cli.TinyData.Array;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that do not fit, through {@code deploy}: a coded message, exit status 3, and nothing in the output folder. */
final class BadDataTest {
    @TempDir
    private Path folder;

    private Path model;
    private TinyData data;

    @BeforeEach
    void write_model_and_data() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        data = TinyData.random(12, 1);
        data.writeNpz(folder.resolve("eval.npz"));
    }

    @Test
    void missing_files_are_named() throws IOException {
        deploy(folder.resolve("none.yaml")).refused(3, "DATA_NOT_FOUND", "none.yaml");
        deploy("kind: npz\npath: none.npz\n").refused(3, "DATA_NOT_FOUND", "none.npz");
        deploy("kind: images\npath: none.tar.gz\ninput: {name: x}\n").refused(3, "DATA_NOT_FOUND", "none.tar.gz");
        Files.createDirectories(folder.resolve("r"));
        Files.write(folder.resolve("r/a.bin"), new byte[192]);
        deploy(records("r") + "labels: {file: none.csv, key: 0, value: 1}\n").refused(3, "DATA_NOT_FOUND", "none.csv");
    }

    @Test
    void description_that_is_none_is_named_with_its_line() throws IOException {
        deploy("kind: npz\npath: [\n").refused(3, "BAD_DATA", "line");
        deploy("kind: npz\npath: eval.npz\nmetrik: top1\n").refused(3, "BAD_DATA", "line 3", "did you mean 'metric'");
        deploy("kind: parquet\npath: eval.npz\n").refused(3, "BAD_DATA", "parquet", "images, npz, raw");
        deploy(model).refused(3, "BAD_DATA", "net.onnx", "YAML");
    }

    @Test
    void files_of_noise_and_files_cut_off_are_refused() throws IOException {
        byte[] whole = Files.readAllBytes(folder.resolve("eval.npz"));
        for (int length : new int[] {0, 30, whole.length / 2, whole.length - 30}) {
            Files.write(folder.resolve("cut.npz"), Arrays.copyOf(whole, length));
            deploy("kind: npz\npath: cut.npz\n").refused(3, "BAD_DATA", "cut.npz");
        }
        Files.write(folder.resolve("noise.tar.gz"), TinyModel.bytes());
        deploy("kind: images\npath: noise.tar.gz\ninput: {name: x}\n").refused(3, "BAD_DATA", "noise.tar.gz");
        Path red = Files.createDirectories(folder.resolve("pictures/red"));
        Files.write(red.resolve("a.png"), new byte[100]);
        Files.write(red.resolve("b.png"), new byte[100]);
        deploy("kind: images\npath: pictures\nclasses: [red]\ninput: {name: x, resize: [4, 4]}\n")
                .refused(3, "BAD_DATA", "a.png");
    }

    @Test
    void input_of_another_name_is_told_with_both_names() throws IOException {
        TinyData.writeNpz(folder.resolve("other.npz"), Map.of("pixels", data.floats()));
        deploy("kind: npz\npath: other.npz\n").refused(3, "BAD_DATA", "'x'", "[pixels]", "name them alike");
        Path fixed = Files.write(folder.resolve("fixed.onnx"), TinyModel.bytes());
        CommandLineRun.of(
                        "deploy", fixed, "--out", folder.resolve("out"), "--data", yaml("kind: npz\npath: other.npz\n"))
                .refused(3, "BAD_DATA", "'x'", "[pixels]", "name them alike");
    }

    @Test
    void shape_that_the_model_does_not_take_is_told_with_both_shapes() throws IOException {
        float[] values = new float[6 * 5 * 4 * 4];
        TinyData.writeNpz(folder.resolve("five.npz"), Map.of("x", Array.floats(List.of(6, 5, 4, 4), values)));
        deploy("kind: npz\npath: five.npz\n").refused(3, "SHAPE_MISMATCH", "'x'", "[N,3,4,4]", "[1,5,4,4]");
        data.writeImages(folder.resolve("pictures"));
        String images = "kind: images\npath: pictures\nclasses: [red, green, blue]\n";
        deploy(images + "input: {name: x, resize: [5, 5]}\n")
                .refused(3, "SHAPE_MISMATCH", "[N,3,4,4]", "[1,3,5,5]", "correct");
        deploy(images + "input: {name: x, layout: NHWC}\n")
                .refused(3, "SHAPE_MISMATCH", "[1,3,4,4]", "[1,4,4,3]", "other 'layout'");
        deploy(images + "input: {name: x, colour: gray}\n").refused(3, "SHAPE_MISMATCH", "[1,1,4,4]");
        data.writeRecords(folder.resolve("records"));
        deploy(labelled().replace("1, 3, 4, 4]", "1, 48]")).refused(3, "SHAPE_MISMATCH", "[1,3,4,4]", "[1,48]");
        deploy(labelled().replace("4, 4]", "4, 5]")).refused(3, "SHAPE_MISMATCH", "0000.bin", "[1,3,4,5]", "240");
    }

    @Test
    void data_set_for_another_input_shape_given_by_option_is_refused() throws IOException {
        deploy("kind: npz\npath: eval.npz\n", "--dim", "N=2").refused(3, "SHAPE_MISMATCH", "[2,3,4,4]", "[1,3,4,4]");
    }

    @Test
    void floats_for_a_model_of_integers_are_refused() throws IOException {
        Path integers = TinyModel.writeOfIntegers(folder.resolve("integers.onnx"));
        float[] values = new float[16];
        TinyData.writeNpz(folder.resolve("floats.npz"), Map.of("x", Array.floats(List.of(4, 4), values)));
        long[] large = new long[16];
        large[9] = 300;
        Array wide = new Array("<i8", List.of(4, 4), Array.longs(large).bytes());
        TinyData.writeNpz(folder.resolve("large.npz"), Map.of("x", wide));
        Object[] command = {"deploy", integers, "--out", folder.resolve("out"), "--data"};
        CommandLineRun.of(with(command, yaml("kind: npz\npath: floats.npz\n")))
                .refused(3, "DTYPE_MISMATCH", "int8[1,4]", "float32[1,4]", "dtype: int8");
        CommandLineRun.of(with(command, yaml("kind: npz\npath: large.npz\n")))
                .refused(3, "DTYPE_MISMATCH", "int8", "300", "cannot hold");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void empty_data_are_refused() throws IOException {
        TinyData.random(0, 1).writeNpz(folder.resolve("none.npz"));
        deploy("kind: npz\npath: none.npz\n").refused(3, "EMPTY_DATA", "none.npz");
        TinyData.random(1, 1).writeNpz(folder.resolve("one.npz"));
        deploy("kind: npz\npath: one.npz\n").refused(3, "EMPTY_DATA", "at least 2");
        Files.createDirectories(folder.resolve("nothing"));
        deploy("kind: images\npath: nothing\ninput: {name: x}\n").refused(3, "EMPTY_DATA", "nothing");
        deploy(records("nothing")).refused(3, "EMPTY_DATA", "nothing");
        deploy("kind: npz\npath: eval.npz\ncalibration: {split: 12}\n").refused(3, "EMPTY_DATA", "leaves none");
    }

    @Test
    void nan_in_the_samples_is_named_with_its_place() throws IOException {
        data.pictures()[7][5] = Float.NaN;
        data.writeNpz(folder.resolve("nan.npz"));
        deploy("kind: npz\npath: nan.npz\n").refused(3, "NAN_IN_DATA", "nan.npz", "row 7", "element 5", "remove");
        data.pictures()[7][5] = Float.POSITIVE_INFINITY;
        data.writeRecords(folder.resolve("records"));
        deploy(labelled()).refused(3, "NAN_IN_DATA", "0007.bin", "element 5");
    }

    @Test
    void nan_in_calibration_alone_is_named() throws IOException {
        TinyData other = TinyData.random(6, 2);
        other.pictures()[3][0] = Float.NaN;
        other.writeNpz(folder.resolve("calibrate.npz"));
        deploy("kind: npz\npath: eval.npz\ncalibration: {path: calibrate.npz}\n")
                .refused(3, "NAN_IN_DATA", "calibrate.npz", "row 3", "element 0");
    }

    @Test
    void nan_that_the_model_makes_of_good_data_is_named_with_the_value() throws IOException {
        model = TinyModel.writeWithNanWeight(folder.resolve("nan.onnx"));
        deploy("kind: npz\npath: eval.npz\ncalibration: {split: 4}\n")
                .refused(3, "NAN_IN_DATA", "calibration sample 0", "NaN");
    }

    @Test
    void labels_out_of_range_are_named() throws IOException {
        data.labels()[4] = 3;
        data.writeNpz(folder.resolve("high.npz"));
        deploy("kind: npz\npath: high.npz\n").refused(3, "LABEL_OUT_OF_RANGE", "high.npz[4]", "label 3", "0..2");
        data.labels()[4] = -1;
        data.writeNpz(folder.resolve("low.npz"));
        deploy("kind: npz\npath: low.npz\n").refused(3, "LABEL_OUT_OF_RANGE", "low.npz", "-1");
        data.labels()[4] = 7;
        data.writeRecords(folder.resolve("records"));
        deploy(labelled()).refused(3, "LABEL_OUT_OF_RANGE", "label 7");
        data.labels()[4] = 1;
        data.writeImages(folder.resolve("pictures"));
        deploy("kind: images\npath: pictures\nclasses: [red, green]\ninput: {name: x}\n")
                .refused(3, "LABEL_OUT_OF_RANGE", "blue");
    }

    @Test
    void metric_that_the_data_cannot_serve_is_told() throws IOException {
        TinyData.writeNpz(folder.resolve("bare.npz"), Map.of("x", data.floats()));
        deploy("kind: npz\npath: bare.npz\nmetric: top1\n").refused(3, "BAD_DATA", "top1", "label", "agreement");
        deploy("kind: npz\npath: bare.npz\nmetric: mse\n").refused(3, "BAD_DATA", "mse", "target");
        deploy("kind: npz\npath: bare.npz\nmetric: f1\n").refused(3, "BAD_DATA", "f1", "top1");
    }

    @Test
    void a_drop_cannot_be_limited_without_data() {
        CommandLineRun.of("deploy", model, "--dim", "N=1", "--max-drop", "1", "--out", folder.resolve("out"))
                .refused(2, "BAD_OPTION", "--max-drop", "--data");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private static String labelled() {
        return records("records") + "labels: {file: records/label.csv, key: 0, value: 1}\n";
    }

    private static String records(String path) {
        return "kind: raw\npath: " + path + "\nrecord: {dtype: float32, shape: [1, 3, 4, 4]}\ninput: {name: x}\n";
    }

    private Path yaml(String description) throws IOException {
        return Files.writeString(folder.resolve("eval.yaml"), description);
    }

    private CommandLineRun deploy(String description, Object... more) throws IOException {
        return deploy(yaml(description), more);
    }

    private CommandLineRun deploy(Path description, Object... more) {
        Object[] command = {"deploy", model, "--out", folder.resolve("deep").resolve("out"), "--data", description};
        CommandLineRun run = CommandLineRun.of(with(command, more));
        assertThat(folder.resolve("deep")).as(run.err()).doesNotExist();
        return run;
    }

    private static Object[] with(Object[] command, Object... more) {
        Object[] all = Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, all, command.length, more.length);
        return all;
    }
}
