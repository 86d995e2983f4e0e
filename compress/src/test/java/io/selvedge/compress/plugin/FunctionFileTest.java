package io.selvedge.compress.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.PluginFunction;
import io.selvedge.compiler.onnx.PluginFunction.Argument;
import io.selvedge.compiler.onnx.PluginFunction.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A YAML function is read as it is written, and what is wrong in it is named with its line. */
final class FunctionFileTest {
    private static final String TEXT = """
            domain: com.example
            name: Scaled
            since: 2
            inputs: [x]
            outputs: [y]
            attributes: {factor: 2.0, mode: {type: string}, axes: [0, 1], sizes: {type: floats, default: [1, 2]}}
            opsets: {ai.onnx: 17, com.example: 1}
            body:
              - {op: Constant, outputs: [f], attributes: {value_float: {ref: factor}}}
              - {op: Mul, inputs: [x, f], outputs: [z]}
              - {op: Elu, name: bend, inputs: [z], outputs: [y], attributes: {alpha: {type: float, value: 1}}}
            """;

    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("scaled.yaml"), text);
    }

    @Test
    void a_function_is_read_with_the_kinds_of_its_attributes() throws IOException {
        PluginFunction function =
                PluginFiles.read(List.of(file(TEXT))).functions().getFirst();
        assertThat(function.domain()).isEqualTo("com.example");
        assertThat(function.name()).isEqualTo("Scaled");
        assertThat(function.since()).isEqualTo(2);
        assertThat(function.opsets()).isEqualTo(Map.of("", 17, "com.example", 1));
        assertThat(function.attributes().get("factor"))
                .isEqualTo(new PluginFunction.Parameter(Kind.FLOAT, Optional.of(2f)));
        assertThat(function.attributes().get("mode"))
                .isEqualTo(new PluginFunction.Parameter(Kind.STRING, Optional.empty()));
        assertThat(function.attributes().get("axes").kind()).isEqualTo(Kind.INTS);
        assertThat(function.attributes().get("sizes").otherwise()).contains(new float[] {1, 2});
        assertThat(function.body()).hasSize(3);
        assertThat(function.body().getFirst().attributes())
                .isEqualTo(Map.of("value_float", new Argument.Reference("factor")));
        assertThat(function.body().getLast().name()).isEqualTo("bend");
        assertThat(function.body().getLast().attributes()).isEqualTo(Map.of("alpha", new Argument.Constant(1f)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "domain: com.example | domian: com.example | line 1: unknown key 'domian'; did you mean 'domain'?",
                "name: Scaled | | needs the key 'name'",
                "since: 2 | since: soon | line 3: 'since' of the function must be a whole number of at least 1",
                "inputs: [x] | inputs: x | line 4: 'inputs' of the function must be a list",
                "attributes: {factor: 2.0, | attributes: {factor: {type: flaot}, | line 6: 'type' of attribute 'factor' is 'flaot'; did you mean 'float'?",
                "default: [1, 2] | default: [1, two] | line 6: attribute 'sizes' must be floats",
                "opsets: {ai.onnx: 17, com.example: 1} | opsets: 17 | line 7: 'opsets' must be a mapping",
                "{op: Mul, inputs | {inputs | line 10: a node of 'body' needs the key 'op'",
                "{type: float, value: 1} | {type: float} | line 11: attribute 'alpha' needs the key 'value'",
                "{ref: factor} | {ref: facto} | which the function does not have; it has [axes, factor, mode, sizes]",
                "op: Mul | op: Mull | operator Mull of domain ai.onnx",
                "outputs: [y] | outputs: [y | not valid YAML",
            })
    void mistakes_are_named_with_their_line(String from, String to, String message) throws IOException {
        String text = TEXT.replace(from, Optional.ofNullable(to).orElse(""));
        assertThat(text).isNotEqualTo(TEXT);
        Path file = file(text);
        assertThatExceptionOfType(SelvedgeException.class)
                .isThrownBy(() -> PluginFiles.read(List.of(file)))
                .satisfies(e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.BAD_PLUGIN);
                    assertThat(e.getMessage()
                                    .replaceAll("'[^']*scaled.yaml' ", "")
                                    .replace(" in the function", ""))
                            .contains("scaled.yaml")
                            .contains(message);
                });
    }

    @Test
    void what_is_no_function_at_all_is_refused() throws IOException {
        for (String text : List.of("", "just words", "- a\n- b")) {
            Path file = file(text);
            assertThatExceptionOfType(SelvedgeException.class)
                    .isThrownBy(() -> PluginFiles.read(List.of(file)))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_PLUGIN))
                    .withMessageContaining("neither a jar nor a YAML function");
        }
        assertThatExceptionOfType(SelvedgeException.class)
                .isThrownBy(() -> PluginFiles.read(List.of(folder.resolve("none.jar"))))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION))
                .withMessageContaining("there is no such file");
    }
}
