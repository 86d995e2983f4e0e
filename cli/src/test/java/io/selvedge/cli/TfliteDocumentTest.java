package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.tflite.TfliteCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/tflite.md: what is said about TFLite files, with the tables of the catalogue. */
final class TfliteDocumentTest {
    private static final String INTRODUCTION = """
            # TFLite files

            Every command takes a `.tflite` file where it takes an ONNX file; the content tells which it is, not the name. The
            file is read without a converter into the graph that an ONNX file with QuantizeLinear and DequantizeLinear would
            give (`./selvedge dump net.tflite --after=import`), and from there on nothing differs: `deploy` writes the same
            `model.selv` and `model.onnx`. This page is written by a test from `TfliteCatalog`.

            ## Element types

            | in the file | here |
            |---|---|
            | float32 | as it is |
            | float16 weights behind DEQUANTIZE | float32 constants |
            | int8, uint8 with one scale | integers between QuantizeLinear and DequantizeLinear; kernels on 8 bits |
            | int8 weights with a scale per channel | the same |
            | uint8 weights | int8 where they fit around their zero point; else the layer computes in float between its roundings |
            | int8 weights, float activations (hybrid) | float: the weights' steps are exact, activations are not rounded as TFLite does |
            | int4 weights | int8, which holds them |
            | int16 activations | float between roundings to 16 bits |
            | int32, int64, bool | as they are |
            | strings, complex numbers, handles of variables; sparse weights | refused |

            ## Roundings

            The graph is the specification (`docs/adr/0003-qdq-graph-is-the-specification.md`): a sum of products is scaled once
            in binary32 and rounded half to even. TFLite's built-in kernels scale by fixed-point numbers and XNNPACK by binary32,
            so a result differs by one step at times; a step in front of a softmax may be several behind it. AVERAGE_POOL_2D
            rounds halves away from the integers' zero, as TFLite does. `bench` compares both in one process.

            ## Shapes, inputs and outputs

            Inputs and outputs keep their names, element types and the order [N,H,W,C]; images are turned inside only where the
            kernels do not read that order. An extent that a caller may choose is 1 unless `--input-shape` or
            `--dim INPUT:AXIS=N` says otherwise. Axes, sizes and shapes that operators take as inputs must be constants, or follow
            from shapes.

            """;

    private static String text() {
        StringBuilder text = new StringBuilder(INTRODUCTION);
        text.append("## Operators that are read\n\nWith every fused activation but SIGN_BIT.\n\n");
        text.append("| TFLite | ONNX |\n|---|---|\n");
        TfliteCatalog.SUPPORTED.forEach(operator -> text.append("| ")
                .append(operator.name())
                .append(" | ")
                .append(operator.becomes())
                .append(" |\n"));
        text.append(
                "\n## What is refused\n\nA file with several graphs (branches, loops, signatures), and these operators:\n\n");
        text.append("| why | TFLite |\n|---|---|\n");
        TfliteCatalog.REFUSED.stream()
                .collect(Collectors.groupingBy(
                        TfliteCatalog.Refused::reason,
                        TreeMap::new,
                        Collectors.mapping(TfliteCatalog.Refused::name, Collectors.joining(", "))))
                .forEach((reason, names) -> text.append("| ")
                        .append(reason)
                        .append(" | ")
                        .append(names)
                        .append(" |\n"));
        return text.toString();
    }

    @Test
    void document_is_that_of_the_catalogue() throws IOException {
        Path document = SourceTree.ROOT.resolve("docs/tflite.md");
        if (System.getProperty("selvedge.docs", "").equals("write")) {
            Files.writeString(document, text());
        }
        assertThat(document)
                .as("write it again: mvn -pl cli -am package -Dtest=TfliteDocumentTest "
                        + "-Dsurefire.failIfNoSpecifiedTests=false -Dselvedge.docs=write")
                .hasContent(text());
    }
}
