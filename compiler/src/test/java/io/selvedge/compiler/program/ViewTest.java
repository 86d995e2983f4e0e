package io.selvedge.compiler.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ViewTest {
    private static View dense(int... extents) {
        return new View(0, false, 0, extents, View.denseStrides(extents));
    }

    /** Address of row-major element {@code index} of a view. */
    private static int address(View view, int index) {
        int rest = index;
        int at = view.offset();
        for (int axis = view.extents().length - 1; axis >= 0; axis--) {
            at += rest % view.extents()[axis] * view.strides()[axis];
            rest /= view.extents()[axis];
        }
        return at;
    }

    @Test
    void reshape_of_dense_data_keeps_every_element() {
        View reshaped = dense(2, 3, 4).reshaped(6, 1, 4).orElseThrow();
        for (int i = 0; i < 24; i++) {
            assertThat(address(reshaped, i)).isEqualTo(i);
        }
    }

    @Test
    void reshape_that_mixes_transposed_axes_is_not_a_view() {
        assertThat(dense(3, 4).permuted(1, 0).reshaped(12)).isEmpty();
    }

    @Test
    void reshape_splits_a_transposed_axis() {
        View reshaped = dense(6, 4).permuted(1, 0).reshaped(4, 2, 3).orElseThrow();
        assertThat(address(reshaped, 5)).isEqualTo(20);
    }

    @Test
    void every_reshape_that_succeeds_addresses_the_same_elements() {
        Random random = new Random(1);
        int found = 0;
        for (int trial = 0; trial < 2000; trial++) {
            int[] extents = {1 + random.nextInt(3), 1 + random.nextInt(3), 1 + random.nextInt(4)};
            View view = dense(extents);
            view = random.nextBoolean() ? view.permuted(0, 2, 1) : view.permuted(2, 0, 1);
            int[] target = factors(view.elements(), random);
            View source = view;
            var reshaped = source.reshaped(target);
            if (reshaped.isPresent()) {
                found++;
                for (int i = 0; i < source.elements(); i++) {
                    assertThat(address(reshaped.get(), i)).isEqualTo(address(source, i));
                }
            }
        }
        assertThat(found).isGreaterThan(500);
    }

    private static int[] factors(int product, Random random) {
        int first = 1 + random.nextInt(product);
        while (product % first != 0) {
            first--;
        }
        return random.nextBoolean() ? new int[] {first, 1, product / first} : new int[] {product / first, first};
    }

    @Test
    void broadcast_repeats_unit_and_missing_axes() {
        View view = dense(3, 1).broadcast(2, 3, 4);
        assertThat(view.strides()).containsExactly(0, 1, 0);
    }

    @Test
    void negative_step_walks_backwards() {
        View view = dense(5).sliced(0, 4, -2, 3);
        assertThat(new int[] {address(view, 0), address(view, 1), address(view, 2)})
                .containsExactly(4, 2, 0);
    }
}
