package io.selvedge.runtime;

import static io.selvedge.runtime.Failures.assertCode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class TensorBufferTest {
    private static TensorBuffer tensor(TensorSpec spec, Consumer<ByteBuffer> fill) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(spec.byteCount()).order(ByteOrder.LITTLE_ENDIAN);
        fill.accept(bytes);
        return new TensorBuffer(spec, bytes.clear());
    }

    private static TensorBuffer tensor(DType dtype, int count, Consumer<ByteBuffer> fill) {
        return tensor(TensorSpec.of("t", dtype, List.of(count)), fill);
    }

    @Test
    void integers_of_every_type_become_floats() {
        assertThat(tensor(DType.INT8, 2, b -> b.put((byte) -1).put((byte) 127)).toFloats())
                .containsExactly(-1, 127);
        assertThat(tensor(DType.UINT8, 1, b -> b.put((byte) -1)).toFloats()).containsExactly(255);
        assertThat(tensor(DType.BOOL, 2, b -> b.put((byte) 1)).toFloats()).containsExactly(1, 0);
        assertThat(tensor(DType.INT16, 1, b -> b.putShort((short) -2)).toFloats())
                .containsExactly(-2);
        assertThat(tensor(DType.UINT16, 1, b -> b.putShort((short) -2)).toFloats())
                .containsExactly(65534);
        assertThat(tensor(DType.INT32, 1, b -> b.putInt(-3)).toFloats()).containsExactly(-3);
        assertThat(tensor(DType.UINT32, 1, b -> b.putInt(-1)).toFloats()).containsExactly(0x1p32f);
        assertThat(tensor(DType.INT64, 1, b -> b.putLong(-5)).toFloats()).containsExactly(-5);
        assertThat(tensor(DType.UINT64, 1, b -> b.putLong(-1)).toFloats()).containsExactly(0x1p64f);
    }

    @Test
    void floats_of_every_width_become_floats() {
        assertThat(tensor(DType.FLOAT32, 1, b -> b.putFloat(1.5f)).toFloats()).containsExactly(1.5f);
        assertThat(tensor(DType.FLOAT64, 1, b -> b.putDouble(0.1)).toFloats()).containsExactly(0.1f);
        assertThat(tensor(DType.BFLOAT16, 1, b -> b.putShort((short) 0xc049)).toFloats())
                .containsExactly(-3.140625f);
        short[] halves = {0x3c00, (short) 0xc000, 0x7bff, 0x0001, (short) 0x8000, 0x7c00, (short) 0xfc00, 0x7e00};
        assertThat(tensor(DType.FLOAT16, halves.length, b -> b.asShortBuffer().put(halves))
                        .toFloats())
                .containsExactly(
                        1f, -2f, 65504f, 0x1p-24f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN);
    }

    @Test
    void quantised_tensor_shows_the_real_numbers() {
        TensorSpec spec =
                new TensorSpec("q", DType.INT8, List.of(3), Optional.of(new TensorSpec.Quantization(0.5f, -1)));
        assertThat(tensor(spec, b -> b.put(new byte[] {-1, 0, 127})).toFloats()).containsExactly(0, 0.5f, 64);
    }

    @Test
    void views_fit_the_type() {
        assertThat(tensor(DType.INT64, 2, b -> b.putLong(9).putLong(8)).longs().get(1))
                .isEqualTo(8);
        assertThat(tensor(DType.INT32, 1, b -> b.putInt(7)).ints().get(0)).isEqualTo(7);
        assertThat(tensor(DType.FLOAT16, 1, b -> b.putShort((short) 6)).shorts().get(0))
                .isEqualTo((short) 6);
        assertThat(tensor(DType.FLOAT64, 1, b -> b.putDouble(5)).doubles().get(0))
                .isEqualTo(5);
        assertCode(Code.WRONG_DTYPE, () -> tensor(DType.INT8, 1, b -> {}).floats());
    }

    @Test
    void scalar_has_one_element_and_empty_or_huge_shapes_are_refused() {
        assertThat(TensorSpec.of("s", DType.INT64, List.of()).byteCount()).isEqualTo(8);
        assertThatIllegalArgumentException().isThrownBy(() -> TensorSpec.of("e", DType.INT8, List.of(1, 0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TensorSpec.of("h", DType.FLOAT32, List.of(1 << 20, 1 << 20, 1 << 30)))
                .withMessageContaining("2 GiB");
    }
}
