package io.selvedge.compiler.ir;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class Float8Test {
    @ParameterizedTest
    @EnumSource(Float8.class)
    void every_number_keeps_its_code(Float8 format) {
        for (int code = 0; code < 256; code++) {
            float value = format.decode((byte) code);
            if (!Float.isNaN(value)) {
                assertThat(format.encode(value, false)).as("%s", value).isEqualTo((byte) code);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"E4M3FN, 448, 0.001953125", "E4M3FNUZ, 240, 0.0009765625", "E5M2, 57344, 1.52587890625E-5"})
    void largest_and_smallest_numbers_are_those_of_the_standard(Float8 format, double largest, double smallest) {
        assertThat(format.decode(format.encode(1e9, true))).isEqualTo((float) largest);
        assertThat(format.decode((byte) 1)).isEqualTo((float) smallest);
    }

    @ParameterizedTest
    @CsvSource({"E4M3FN, NaN, NaN", "E4M3FNUZ, NaN, NaN", "E5M2, Infinity, -Infinity", "E5M2FNUZ, NaN, NaN"})
    void what_is_too_large_is_infinite_or_no_number_without_saturation(Float8 format, Float above, Float below) {
        assertThat(format.decode(format.encode(1e9, false))).isEqualTo(above);
        assertThat(format.decode(format.encode(Double.NEGATIVE_INFINITY, false)))
                .isEqualTo(below);
    }

    @ParameterizedTest
    @EnumSource(Float8.class)
    void ties_go_to_the_even_code(Float8 format) {
        float one = format.decode((byte) 8);
        float next = format.decode((byte) 9);
        float afterNext = format.decode((byte) 10);
        assertThat(format.encode((one + next) / 2, true)).isEqualTo((byte) 8);
        assertThat(format.encode((next + afterNext) / 2, true)).isEqualTo((byte) 10);
    }

    @ParameterizedTest
    @CsvSource({"E4M3FN, -128", "E4M3FNUZ, 0", "E5M2, -128", "E5M2FNUZ, 0"})
    void only_formats_with_a_sign_of_zero_keep_it(Float8 format, byte code) {
        assertThat(format.encode(-0.0, true)).isEqualTo(code);
        assertThat(format.decode(format.encode(Double.NaN, true))).isNaN();
    }
}
