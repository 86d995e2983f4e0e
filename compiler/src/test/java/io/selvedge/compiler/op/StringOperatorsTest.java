package io.selvedge.compiler.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Strings in the reference evaluator, and their refusal everywhere else. */
final class StringOperatorsTest {
    private static Tensor texts(String... values) {
        return Tensor.texts(List.of(values), values.length);
    }

    private static void refused(OpCase call, ErrorCode code, String... words) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContainingAll(words);
    }

    @Test
    void strings_move_like_numbers() {
        Tensor x = texts("a", "b", "c", "d");
        assertThat(OpCase.of("Gather").input(x).constant(3, -4).run().toTexts()).containsExactly("d", "a");
        assertThat(OpCase.of("Concat", "axis", 1L)
                        .input(Tensor.texts(List.of("a", "b", "c", "d"), 2, 2))
                        .input(Tensor.texts(List.of("e", "f"), 2, 1))
                        .run()
                        .toTexts())
                .containsExactly("a", "b", "e", "c", "d", "f");
        assertThat(OpCase.of("Equal").input(x).input(texts("b")).run().toLongs())
                .containsExactly(0, 1, 0, 0);
        assertThat(OpCase.of("StringConcat").input(x).input(texts("!")).run().toTexts())
                .containsExactly("a!", "b!", "c!", "d!");
    }

    @Test
    void splits_count_their_parts() {
        List<Tensor> blanks = OpCase.of("StringSplit")
                .constant(texts("  one two ", "", "three"))
                .run(2);
        assertThat(blanks.get(0).toTexts()).containsExactly("one", "two", "", "", "three", "");
        assertThat(blanks.get(1).toLongs()).containsExactly(2, 0, 1);
        List<Tensor> limited = OpCase.of("StringSplit", "delimiter", "--", "maxsplit", 1L)
                .constant(texts("a--b--c", "--"))
                .run(2);
        assertThat(limited.get(0).toTexts()).containsExactly("a", "b--c", "", "");
        assertThat(limited.get(1).toLongs()).containsExactly(2, 2);
    }

    @Test
    void stop_words_go_and_nothing_left_is_one_empty_string() {
        assertThat(OpCase.of("StringNormalizer", "case_change_action", "UPPER", "stopwords", new String[] {"Monday"})
                        .constant(texts("monday", "tuesday"))
                        .run()
                        .toTexts())
                .containsExactly("TUESDAY");
        assertThat(OpCase.of("StringNormalizer", "is_case_sensitive", 1L, "stopwords", new String[] {"a"})
                        .constant(texts("a", "a"))
                        .run()
                        .toTexts())
                .containsExactly("");
    }

    @Test
    void patterns_match_the_whole_string() {
        assertThat(OpCase.of("RegexFullMatch", "pattern", "a+b?")
                        .input(texts("aab", "aabc", ""))
                        .run()
                        .toLongs())
                .containsExactly(1, 0, 0);
    }

    @Test
    void n_grams_of_strings_are_counted() {
        assertThat(OpCase.of(
                                "TfIdfVectorizer",
                                "mode",
                                "TF",
                                "min_gram_length",
                                1L,
                                "max_gram_length",
                                2L,
                                "max_skip_count",
                                0L,
                                "pool_strings",
                                new String[] {"a", "a", "b"},
                                "ngram_counts",
                                new long[] {0, 1},
                                "ngram_indexes",
                                new long[] {0, 1})
                        .input(texts("a", "b", "a", "b"))
                        .run()
                        .toFloats())
                .containsExactly(2, 2);
    }

    @Test
    void numbers_become_text_and_text_numbers() {
        long string = DType.STRING.onnxCode();
        assertThat(OpCase.of("Cast", "to", string)
                        .input(0.1f, -1e10f, Float.NEGATIVE_INFINITY, Float.NaN)
                        .run()
                        .toTexts())
                .containsExactly("0.1", "-1.0E10", "-INF", "NaN");
        assertThat(OpCase.of("Cast", "to", 1L)
                        .input(texts(" 3.5", "1e-2", "-inf", "nan"))
                        .run()
                        .toFloats())
                .containsExactly(3.5f, 0.01f, Float.NEGATIVE_INFINITY, Float.NaN);
        assertThat(OpCase.of("Cast", "to", 7L)
                        .input(texts("9223372036854775807", "1E3"))
                        .run()
                        .toLongs())
                .containsExactly(Long.MAX_VALUE, 1000);
        refused(OpCase.of("Cast", "to", 1L).input(texts("three")), ErrorCode.BAD_DATA, "'three'");
        refused(OpCase.of("Cast", "to", 7L).input(texts("1e999999999")), ErrorCode.BAD_DATA, "64 bits");
    }

    @Test
    void wrong_operands_and_attributes_are_named() {
        refused(OpCase.of("StringConcat").input(1).input(2), ErrorCode.UNSUPPORTED_DTYPE, "needs strings");
        refused(OpCase.of("Add").input(texts("a")).input(texts("b")), ErrorCode.UNSUPPORTED_DTYPE, "strings");
        refused(OpCase.of("RegexFullMatch", "pattern", "(").input(texts("a")), ErrorCode.BAD_ATTRIBUTE, "'('");
        refused(
                OpCase.of("StringNormalizer", "case_change_action", "TITLE").input(texts("a")),
                ErrorCode.BAD_ATTRIBUTE,
                "'TITLE'",
                "LOWER");
        refused(
                OpCase.of("StringNormalizer").input(Tensor.texts(List.of("a", "b"), 2, 1)),
                ErrorCode.SHAPE_MISMATCH,
                "[1,C]");
        refused(OpCase.of("StringSplit", "maxsplit", -2L).constant(texts("a")), ErrorCode.BAD_ATTRIBUTE, "-2");
        refused(OpCase.of("StringSplit").input(texts("a")), ErrorCode.BAD_GRAPH, "constant", "shape");
    }

    @Test
    void native_code_refuses_strings_by_name() {
        Graph graph = OpCase.of("Identity").input(texts("a", "b")).graph(1);
        assertThatThrownBy(() -> Compiler.lower(graph))
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_DTYPE))
                .hasMessageContainingAll("reference evaluator only", "string[2]");
    }

    @Test
    void files_and_text_keep_strings_and_halves_of_bytes() {
        Tensor fours = Tensor.integers(TensorType.of(DType.INT4, 3), i -> i * 5 - 8);
        Graph graph = OpCase.of("Where")
                .constant(Tensor.integers(TensorType.of(DType.BOOL, 3), i -> i % 2))
                .constant(texts("a \"quoted\" one", "b", "ü"))
                .input(texts("x", "y", "z"))
                .graph(1);
        assertThat(GraphText.parse(GraphText.dumpFull(graph), OpCatalog.ALL)).isEqualTo(graph);
        assertThat(again(graph).constants()).containsAllEntriesOf(graph.constants());
        Graph halves =
                OpCase.of("Concat", "axis", 0L).constant(fours).input(fours).graph(1);
        assertThat(GraphText.parse(GraphText.dumpFull(halves), OpCatalog.ALL)).isEqualTo(halves);
        assertThat(again(halves).constants()).containsAllEntriesOf(halves.constants());
    }

    private static Graph again(Graph graph) {
        return OnnxImporter.read(
                OnnxExporter.bytes(graph, Map.of()), graph.name(), Optional.empty(), ImportOptions.none());
    }
}
