package io.selvedge.compress.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.image.Colour;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compress.data.InputDescription.ImageSize;
import io.selvedge.compress.data.InputDescription.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataDescriptionTest {
    @TempDir
    Path folder;

    private DataDescription read(String yaml) throws IOException {
        return DataDescription.read(Files.writeString(folder.resolve("eval.yaml"), yaml));
    }

    @Test
    void the_example_of_the_architecture_is_read() throws IOException {
        DataDescription description = read("""
                kind: images            # images | npz | raw
                path: cifar10_test_jpg.tar.gz
                classes: [airplane, automobile]
                input: {name: input, layout: NHWC, colour: BGR, resize: [32, 48], dtype: uint8, scale: 2, offset: -1, mean: [1, 2, 3.5], std: 0.5}
                metric: top1
                calibration: {path: train.tar.gz, take: 500, seed: 7}
                """);
        DataDescription.Images images = (DataDescription.Images) description.content();
        assertThat(images.path()).isEqualTo(folder.resolve("cifar10_test_jpg.tar.gz"));
        InputDescription input = images.input();
        assertThat(input.layout()).isEqualTo(Layout.NHWC);
        assertThat(input.colour()).isEqualTo(Colour.BGR);
        assertThat(input.size()).contains(new ImageSize(32, 48));
        assertThat(input.dtype()).isEqualTo(DType.UINT8);
        assertThat(input.mean()).containsExactly(1.0, 2.0, 3.5);
        assertThat(description.metric()).contains("top1");
        DataDescription.OtherPath other =
                (DataDescription.OtherPath) description.calibration().orElseThrow();
        assertThat(other.take()).hasValue(500);
        assertThat(other.seed()).isEqualTo(7);
    }

    @Test
    void training_says_which_changes_leave_a_samples_meaning() throws IOException {
        String start = "kind: npz\npath: x.npz\ntraining: {split: 10";
        assertThat(read(start + "}\n").training().orElseThrow().augmentation()).isEqualTo(Augmentation.NONE);
        assertThat(read(start + ", augment: {flip: true, shift: 3, noise: 0.1, mix: 0.5}}\n")
                        .training()
                        .orElseThrow()
                        .augmentation())
                .isEqualTo(new Augmentation(true, 3, 0.1, 0, 0.5));
        assertThatThrownBy(() -> read(start + ", augment: {gain: -1}}\n")).hasMessageContaining("'gain'");
        assertThatThrownBy(() -> read(start + ", augment: {mix: 2}}\n")).hasMessageContaining("from 0 to 1; got 2.0");
        assertThatThrownBy(() -> read(start + ", augment: {rotate: 3}}\n")).hasMessageContaining("rotate");
    }

    @Test
    void class_names_keep_the_text_that_was_written() throws IOException {
        DataDescription description = read("""
                kind: images
                path: x
                classes: [off, on, yes, no, true, null, 007, 1.50, 0x1F, ~, 1_000]
                input: {name: x}
                """);
        assertThat(description.classes().orElseThrow())
                .isEqualTo(List.of("off", "on", "yes", "no", "true", "null", "007", "1.50", "0x1F", "~", "1_000"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            kind: image, path: x | 1 | did you mean 'images'
            kind: npz, pth: x | 1 | did you mean 'path'
            kind: npz, path: x, record: {} | 1 | unknown key 'record'
            kind: images, path: x, input: {name: x, color: RGB} | 1 | did you mean 'colour'
            kind: images, path: x, input: {name: x, mean: [1, 2]} | 1 | one per channel (3); got 2
            kind: images, path: x, input: {name: x, std: 0} | 1 | must not be 0
            kind: images, path: x, input: {name: x, std: .nan} | 1 | finite number
            kind: images, path: x, input: {name: x, resize: [32]} | 1 | [height, width]
            kind: images, path: x, input: {name: x, resize: [100000, 100000]} | 1 | pixels
            kind: images, path: x, classes: [a, a], input: {name: x} | 1 | listed twice
            kind: raw, path: x, input: {name: x}, record: {dtype: int8, shape: [0, 2]} | 1 | at least 1; got '0'
            kind: raw, path: x, input: {name: x}, record: {dtype: int9, shape: [2]} | 1 | did you mean 'int8'
            kind: raw, path: x, input: {name: x}, record: {dtype: int8, shape: [99999, 99999]} | 1 | bytes a record
            kind: npz, path: x, calibration: {seed: 1} | 1 | either 'path'
            kind: npz, path: x, calibration: {split: 3, take: 2} | 1 | 'take' belongs to 'path'
            kind: npz, path: x, calibration: {split: -3} | 1 | at least 1; got '-3'
            kind: npz, path: x, path: y | 1 | twice
            kind: npz, path: [x] | 1 | single value
            kind: npz | 1 | needs the key 'path'
            path: x | 1 | needs the key 'kind'
            """)
    void a_mistake_is_named_with_its_line(String flow, int line, String problem) {
        assertThatThrownBy(() -> read("{" + flow + "}"))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA))
                .hasMessageContaining("line " + line)
                .hasMessageContaining(problem);
    }

    @Test
    void the_line_is_that_of_the_key() {
        assertThatThrownBy(() -> read("kind: images\npath: x\ninput:\n  name: x\n  sacle: 2\n"))
                .hasMessageContaining("line 5")
                .hasMessageContaining("did you mean 'scale'");
    }

    @Test
    void text_that_is_not_yaml_and_other_files_are_coded_errors() throws IOException {
        assertThatThrownBy(() -> read("kind: [images\npath: }")).hasMessageContaining("not valid YAML");
        assertThatThrownBy(() -> read("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> read("- a\n- b\n")).hasMessageContaining("must be a mapping");
        assertThatThrownBy(() -> read("kind: npz\npath: x\n---\nkind: npz\n")).hasMessageContaining("one document");
        assertThatThrownBy(() -> read("a: &x [1]\nb: *x\n")).isInstanceOf(SelvedgeException.class);
        assertThatThrownBy(() -> DataDescription.read(folder.resolve("none.yaml")))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_NOT_FOUND));
        byte[] noise = new byte[500];
        new java.util.Random(1).nextBytes(noise);
        assertThatThrownBy(() -> DataDescription.read(Files.write(folder.resolve("noise.yaml"), noise)))
                .isInstanceOf(SelvedgeException.class);
        assertThatThrownBy(() -> read("[".repeat(100_000))).isInstanceOf(SelvedgeException.class);
    }
}
