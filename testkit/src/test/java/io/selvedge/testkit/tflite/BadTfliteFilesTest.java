package io.selvedge.testkit.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.tflite.TfliteImporter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Files that are damaged, ask for too much or for what is not supported end with a coded error. */
class BadTfliteFilesTest {
    private static final int[] NONE = {};

    /** A convolution, its bias and activation, and a softmax. */
    private static TfliteWriter small() {
        TfliteWriter w = new TfliteWriter();
        int x = w.input("x", DType.FLOAT32, 1, 4, 4, 2);
        int filter = w.constant("filter", Tensor.floats(new float[12], 3, 1, 2, 2));
        int bias = w.constant("bias", Tensor.floats(new float[3], 3));
        int conv = w.tensor("conv;relu", DType.FLOAT32, 1, 4, 4, 3);
        w.operator(
                3,
                1,
                Fields.of().set(0, (byte) 0).set(1, 1).set(2, 1).set(3, (byte) 1),
                new int[] {x, filter, bias},
                conv);
        int y = w.tensor("y", DType.FLOAT32, 1, 4, 4, 3);
        w.operator(25, 9, Fields.of().set(0, 1f), new int[] {conv}, y);
        return w.output(y);
    }

    private static void refused(ErrorCode code, TfliteWriter writer, String... parts) {
        refused(code, writer.bytes(), parts);
    }

    private static void refused(ErrorCode code, byte[] bytes, String... parts) {
        assertThatThrownBy(() -> TfliteImporter.read(bytes, "net.tflite", ImportOptions.none()))
                .isInstanceOfSatisfying(SelvedgeException.class, e -> {
                    assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
                    assertThat(e.getMessage()).contains("net.tflite").contains(parts);
                });
    }

    /** Whether bytes make a graph; if not, then with a coded error. */
    private static boolean reads(byte[] bytes) {
        try {
            TfliteImporter.read(bytes, "net.tflite", ImportOptions.none());
            return true;
        } catch (SelvedgeException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return false;
        }
    }

    @Test
    void file_that_is_cut_anywhere_is_refused() {
        byte[] whole = small().bytes();
        assertThat(reads(whole)).isTrue();
        int read = 0;
        for (int length = 0; length < whole.length; length++) {
            read += reads(Arrays.copyOf(whole, length)) ? 1 : 0;
        }
        // Only what no table refers to may be missing.
        assertThat(read).isLessThan(16);
    }

    @Test
    void damaged_bytes_give_a_graph_or_a_coded_error() {
        byte[] whole = small().bytes();
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 8_000; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k <= i % 3; k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            refused += reads(damaged) ? 0 : 1;
        }
        assertThat(refused).isBetween(400, 7_600);
    }

    @Test
    void noise_behind_the_identifier_is_refused() {
        Random random = new Random(4);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[random.nextInt(8, 400)];
            random.nextBytes(noise);
            System.arraycopy("TFL3".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, noise, 4, 4);
            assertThat(reads(noise)).isFalse();
        }
    }

    @Test
    void other_files_and_versions_are_refused() {
        refused(ErrorCode.BAD_MODEL, new byte[20], "TFL3");
        refused(
                ErrorCode.BAD_MODEL,
                small().model(List.of(small().graph())).set(0, 2).file("TFL3"),
                "version 2");
    }

    @Test
    void unknown_operators_are_named_with_the_reason_and_the_nearest_that_works() {
        TfliteWriter custom = new TfliteWriter();
        int x = custom.input("x", DType.FLOAT32, 4);
        custom.custom("TFLite_Detection_PostProcess", new int[] {x}, custom.tensor("boxes", DType.FLOAT32, 4));
        refused(
                ErrorCode.UNSUPPORTED_OP,
                custom,
                "custom TFLite_Detection_PostProcess",
                "outside of the file",
                "operator 0");
        TfliteWriter lstm = new TfliteWriter();
        int y = lstm.input("x", DType.FLOAT32, 4);
        lstm.operator(44, new int[] {y}, lstm.tensor("y", DType.FLOAT32, 4));
        refused(ErrorCode.UNSUPPORTED_OP, lstm, "UNIDIRECTIONAL_SEQUENCE_LSTM", "state");
        TfliteWriter reverse = new TfliteWriter();
        int z = reverse.input("x", DType.FLOAT32, 4);
        reverse.operator(112, new int[] {z}, reverse.tensor("y", DType.FLOAT32, 4));
        refused(ErrorCode.UNSUPPORTED_OP, reverse, "REVERSE_SEQUENCE", "nearest that is: REVERSE_V2");
        TfliteWriter future = new TfliteWriter();
        int f = future.input("x", DType.FLOAT32, 4);
        future.operator(199, new int[] {f}, future.tensor("y", DType.FLOAT32, 4));
        refused(ErrorCode.UNSUPPORTED_OP, future, "number 199");
    }

    @Test
    void several_graphs_are_refused_by_name() {
        TfliteWriter w = small();
        refused(
                ErrorCode.UNSUPPORTED_OP,
                w.model(List.of(w.graph(), w.graph().set(4, "branch"))).file("TFL3"),
                "2 graphs [main, branch]");
    }

    @Test
    void what_tensors_cannot_be_is_refused() {
        TfliteWriter text = new TfliteWriter();
        int t = text.input("words", DType.FLOAT32, 4);
        text.table(t).set(1, (byte) 5);
        refused(ErrorCode.UNSUPPORTED_DTYPE, text.output(t), "words", "STRING");
        TfliteWriter sparse = small();
        sparse.table(1).set(6, Fields.of());
        refused(ErrorCode.UNSUPPORTED_DTYPE, sparse, "filter", "sparse");
        TfliteWriter state = small();
        state.table(1).set(5, (byte) 1);
        refused(ErrorCode.UNSUPPORTED_OP, state, "variable 'filter'");
        TfliteWriter scale = small();
        scale.table(0).set(4, Fields.of().set(2, new float[] {0}).set(3, new long[] {0}));
        refused(ErrorCode.BAD_MODEL, scale, "'x'", "scale 0.0");
        TfliteWriter length = small();
        length.table(1).set(0, new int[] {3, 1, 2, 3});
        refused(ErrorCode.BAD_MODEL, length, "'filter'", "72 bytes");
    }

    @Test
    void operators_that_read_what_nobody_made_are_refused() {
        TfliteWriter w = new TfliteWriter();
        w.input("x", DType.FLOAT32, 4);
        int never = w.tensor("never", DType.FLOAT32, 4);
        int y = w.tensor("y", DType.FLOAT32, 4);
        w.operator(19, new int[] {never}, y);
        refused(ErrorCode.BAD_GRAPH, w.output(y), "RELU 'y'", "'never'", "operator 0");
        TfliteWriter nothing = new TfliteWriter();
        nothing.input("x", DType.FLOAT32, 4);
        nothing.operator(19, NONE, nothing.tensor("y", DType.FLOAT32, 4));
        refused(ErrorCode.BAD_GRAPH, nothing, "needs input 0");
    }

    @Test
    void small_file_that_describes_much_holds_little() {
        TfliteWriter huge = new TfliteWriter();
        int dims = huge.integers("dims", 60_000, 30_000);
        int value = huge.constant("value", Tensor.floats(new float[] {1}));
        int y = huge.tensor("y", DType.FLOAT32, 60_000, 30_000);
        huge.operator(94, 68, Fields.of(), new int[] {dims, value}, y);
        long before = allocated();
        reads(huge.output(y).bytes());
        TfliteWriter wide = small();
        wide.table(0).set(0, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, 4, 2});
        refused(ErrorCode.BAD_MODEL, wide, "'x'", "2^31");
        assertThat(allocated() - before).isLessThan(50_000_000);
    }

    @Test
    void tables_that_share_a_long_list_are_refused_before_it_is_read_often() {
        TfliteWriter w = new TfliteWriter();
        int x = w.input("x", DType.FLOAT32, 4);
        w.operator(19, new int[] {x}, x);
        List<Fields> operators = new ArrayList<>();
        Fields first = Fields.of().set(0, 0).set(1, new int[20_000]).set(2, new int[] {x});
        operators.add(first);
        operators.addAll(Collections.nCopies(5_000, Fields.of()));
        w.output(x);
        byte[] bytes = w.model(List.of(w.graph().set(3, operators))).file("TFL3");
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int model = follow(data, 0);
        int graphs = follow(data, field(data, model, 2));
        int list = follow(data, field(data, follow(data, graphs + 4), 3));
        int shared = follow(data, list + 4);
        for (int i = 0; i < operators.size(); i++) {
            data.putInt(list + 4 + 4 * i, shared - (list + 4 + 4 * i));
        }
        long before = allocated();
        refused(ErrorCode.BAD_MODEL, bytes, "over and over");
        assertThat(allocated() - before).isLessThan(100_000_000);
    }

    private static int follow(ByteBuffer data, int at) {
        return at + data.getInt(at);
    }

    private static int field(ByteBuffer data, int table, int number) {
        return table + data.getShort(table - data.getInt(table) + 4 + 2 * number);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    @Test
    void options_that_the_model_does_not_have_are_refused() {
        byte[] bytes = small().bytes();
        assertThatThrownBy(
                        () -> TfliteImporter.read(bytes, "net.tflite", new ImportOptions(Map.of("batch", 2), Map.of())))
                .hasMessageContaining("no open dimension");
        assertThatThrownBy(() ->
                        TfliteImporter.read(bytes, "net.tflite", new ImportOptions(Map.of(), Map.of("z", List.of(1)))))
                .hasMessageContaining("[x]");
        assertThatThrownBy(() ->
                        TfliteImporter.read(bytes, "net.tflite", new ImportOptions(Map.of(), Map.of("x", List.of(1)))))
                .hasMessageContaining("4: [1,4,4,2]");
    }
}
