package io.selvedge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.bench.SuiteModel.Group;
import io.selvedge.bench.SuiteModel.Source;
import io.selvedge.testkit.net.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuiteFileTest {
    @TempDir
    private Path folder;

    @Test
    void the_suite_names_only_networks_and_resources_that_exist() {
        List<SuiteModel> models = SuiteFile.read(Path.of("suite.yaml"));
        assertThat(models).hasSizeGreaterThan(20);
        assertThat(models.stream().map(SuiteModel::group)).contains(Group.SMALL, Group.LARGE, Group.LAYER);
        for (SuiteModel model : models) {
            switch (model.fp32()) {
                case Source.Network(String name) ->
                    assertThat(Network.named(name)).as(name).isPresent();
                case Source.Resource(String path) ->
                    assertThat(SuiteFile.class.getResource("/" + path)).as(path).isNotNull();
                case Source.Shared(String path) -> assertThat(path).endsWith(".onnx");
                case Source.Quantized() -> throw new AssertionError(model);
                case Source.None() -> throw new AssertionError(model);
            }
        }
    }

    @Test
    void every_key_is_read() throws IOException {
        SuiteModel model = read("""
                models:
                  - name: MiniLM
                    group: large
                    resource: a.onnx
                    int8: {shared: b.onnx}
                    shapes: {ids: [1, 32], mask: [1, 32]}
                    fill: {mask: 1}
                    range: [0, 255]
                    load: yes
                    java: yes
                """).getFirst();
        assertThat(model)
                .isEqualTo(new SuiteModel(
                        "MiniLM",
                        Group.LARGE,
                        new Source.Resource("a.onnx"),
                        new Source.Shared("b.onnx"),
                        Map.of("ids", List.of(1, 32), "mask", List.of(1, 32)),
                        Map.of("mask", 1),
                        0,
                        255,
                        true,
                        true));
    }

    @Test
    void what_is_not_given_has_a_default() throws IOException {
        SuiteModel model = read("models: [{name: a, network: b}]").getFirst();
        assertThat(model)
                .isEqualTo(new SuiteModel(
                        "a",
                        Group.OTHER,
                        new Source.Network("b"),
                        new Source.Quantized(),
                        Map.of(),
                        Map.of(),
                        -1,
                        1,
                        false,
                        false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            models: 3                                           | 'models' must be a list
            models: [{name: a}]                                 | needs one of the keys network, shared and resource
            models: [{name: a, network: b, shared: c}]          | needs one of the keys network, shared and resource
            models: [{network: b}]                              | needs the key 'name'
            models: [{name: a, network: b, grup: small}]        | did you mean 'group'
            models: [{name: a, network: b, group: smal}]        | did you mean 'small'
            models: [{name: a, network: b, range: [1]}]         | 'range' must be a list like [-1, 1]
            models: [{name: a, network: b, range: [1, x]}]      | 'x' is no number
            models: [{name: a, network: b, shapes: {x: 3}}]     | must be a list like [a, b]
            models: [{name: a, network: b}, {name: a, network: c}] | the name 'a' is given twice
            """)
    void a_mistake_is_told_with_its_line(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml)).hasMessageContaining(message).hasMessageContaining("line 1");
    }

    private List<SuiteModel> read(String yaml) throws IOException {
        return SuiteFile.read(Files.writeString(folder.resolve("suite.yaml"), yaml));
    }
}
