package io.selvedge.compiler.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Spectra, windows and recurrent cells on signals whose answers are known. */
final class AudioOperatorsTest {
    private static final int LENGTH = 16;

    private static Tensor cosine(int cycles, long... extents) {
        float[] x = new float[LENGTH];
        for (int n = 0; n < LENGTH; n++) {
            x[n] = (float) Math.cos(2 * Math.PI * cycles * n / LENGTH);
        }
        return Tensor.floats(x, extents);
    }

    @Test
    void a_cosine_is_one_line_and_its_mirror() {
        Tensor y = OpCase.of("DFT").input(cosine(3, 1, LENGTH, 1)).run();
        assertThat(y.shape().extents()).containsExactly(1, LENGTH, 2);
        for (int k = 0; k < LENGTH; k++) {
            assertThat(y.getDouble(k * 2)).isCloseTo(k == 3 || k == LENGTH - 3 ? LENGTH / 2.0 : 0, within(1e-5));
            assertThat(y.getDouble(k * 2 + 1)).isCloseTo(0, within(1e-5));
        }
    }

    @Test
    void the_inverse_gives_the_signal_back() {
        Tensor x = cosine(2, 1, LENGTH, 1);
        Tensor spectrum = OpCase.of("DFT").input(x).run();
        Tensor back = OpCase.of("DFT", "inverse", 1L).input(spectrum).run();
        for (int n = 0; n < LENGTH; n++) {
            assertThat(back.getDouble(n * 2)).isCloseTo(x.getDouble(n), within(1e-5));
        }
    }

    @Test
    void frames_are_spectra_of_their_own_and_compile() {
        OpCase stft = OpCase.of("STFT")
                .input(cosine(4, 1, LENGTH))
                .constant(Tensor.longs(new long[] {4}))
                .constant(Tensor.floats(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, 8));
        Tensor y = stft.run();
        assertThat(y.shape().extents()).containsExactly(1, 3, 5, 2);
        for (int frame = 0; frame < 3; frame++) {
            assertThat(y.getDouble((frame * 5 + 2) * 2)).isCloseTo(4, within(1e-5));
            assertThat(y.getDouble((frame * 5 + 1) * 2)).isCloseTo(0, within(1e-5));
        }
        assertThat(new ProgramBuilder(Pipelines.fuse(stft.graph(1))).build().steps())
                .isNotEmpty();
    }

    @Test
    void windows_and_filters_are_tables() {
        assertThat(OpCase.of("HannWindow")
                        .constant(Tensor.longs(new long[] {4}))
                        .run()
                        .toFloats())
                .containsExactly(0, 0.5f, 1, 0.5f);
        Tensor mel = OpCase.of("MelWeightMatrix")
                .constant(Tensor.longs(new long[] {8}))
                .constant(Tensor.longs(new long[] {64}))
                .constant(Tensor.longs(new long[] {8192}))
                .constant(Tensor.floats(new float[] {0}))
                .constant(Tensor.floats(new float[] {4096}))
                .run();
        assertThat(mel.shape().extents()).containsExactly(33, 8);
        for (int m = 0; m < 8; m++) {
            float largest = 0;
            for (int bin = 0; bin < 33; bin++) {
                largest = Math.max(largest, mel.getFloat(bin * 8 + m));
            }
            assertThat(largest).isEqualTo(1);
        }
    }

    @Test
    void a_recurrent_cell_sums_what_it_sees() {
        OpCase rnn = OpCase.of("RNN", "activations", new String[] {"Relu"}, "hidden_size", 1L)
                .input(Tensor.floats(new float[] {1, 2, 3}, 3, 1, 1))
                .constant(Tensor.floats(new float[] {1}, 1, 1, 1))
                .constant(Tensor.floats(new float[] {1}, 1, 1, 1));
        List<Tensor> y = rnn.run(2);
        assertThat(y.get(0).toFloats()).containsExactly(1, 3, 6);
        assertThat(y.get(1).toFloats()).containsExactly(6);
    }

    @Test
    void backward_cells_start_at_the_end_of_their_sequence() {
        OpCase rnn = OpCase.of("RNN", "activations", new String[] {"Relu"}, "hidden_size", 1L, "direction", "reverse")
                .input(Tensor.floats(new float[] {1, 2, 3}, 3, 1, 1))
                .constant(Tensor.floats(new float[] {1}, 1, 1, 1))
                .constant(Tensor.floats(new float[] {1}, 1, 1, 1))
                .constant(Tensor.floats(new float[] {0, 0}, 1, 2))
                .constant(lengths(2));
        assertThat(rnn.run().toFloats()).containsExactly(3, 2, 0);
    }

    @Test
    void a_closed_lstm_keeps_its_cell() {
        // Forget gate open, input gate shut: gates come as input, output, forget, cell.
        OpCase lstm = OpCase.of("LSTM", "hidden_size", 1L)
                .input(Tensor.floats(new float[] {5}, 1, 1, 1))
                .constant(Tensor.floats(new float[4], 1, 4, 1))
                .constant(Tensor.floats(new float[4], 1, 4, 1))
                .constant(Tensor.floats(new float[] {-99, 99, 99, 0, 0, 0, 0, 0}, 1, 8))
                .constant(lengths(1))
                .constant(Tensor.floats(new float[1], 1, 1, 1))
                .constant(Tensor.floats(new float[] {0.25f}, 1, 1, 1));
        assertThat(lstm.run(3).get(2).getDouble(0)).isCloseTo(0.25, within(1e-6));
        assertThat(lstm.run(3).get(1).getDouble(0)).isCloseTo(Math.tanh(0.25), within(1e-6));
    }

    @Test
    void an_activation_that_is_not_known_is_named() {
        OpCase rnn = OpCase.of("RNN", "activations", new String[] {"Softmax"})
                .input(Tensor.floats(new float[1], 1, 1, 1))
                .constant(Tensor.floats(new float[1], 1, 1, 1))
                .constant(Tensor.floats(new float[1], 1, 1, 1));
        assertThatThrownBy(rnn::run).isInstanceOf(SelvedgeException.class).hasMessageContainingAll("'Softmax'", "Tanh");
    }

    /** Of the sequences of a batch of one. */
    private static Tensor lengths(int length) {
        return Tensor.integers(TensorType.of(DType.INT32, 1), _ -> length);
    }
}
