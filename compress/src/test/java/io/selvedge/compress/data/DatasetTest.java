package io.selvedge.compress.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.TensorType;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DatasetTest {
    private record Numbers(int size) implements Dataset {
        @Override
        public Sample get(int index) {
            return new Sample(
                    "n" + index, Map.of("x", new float[] {index}), OptionalInt.of(index % 2), Optional.empty());
        }

        @Override
        public Map<String, TensorType> inputs() {
            return Map.of("x", TensorType.of(DType.FLOAT32, 1));
        }
    }

    private static Set<String> names(Dataset data) {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < data.size(); i++) {
            names.add(data.get(i).name());
        }
        return names;
    }

    @Test
    void halves_are_disjoint_complete_and_depend_on_the_seed_only() {
        Dataset data = new Numbers(101);
        Dataset.Halves halves = data.halves(5);
        assertThat(halves.choose().size()).isEqualTo(50);
        assertThat(halves.report().size()).isEqualTo(51);
        assertThat(names(halves.choose())).doesNotContainAnyElementsOf(names(halves.report()));
        assertThat(names(data.halves(5).choose())).isEqualTo(names(halves.choose()));
        assertThat(names(data.halves(6).choose())).isNotEqualTo(names(halves.choose()));
        assertThatThrownBy(() -> new Numbers(1).halves(1)).isInstanceOf(SelvedgeException.class);
    }

    @Test
    void take_draws_without_replacement_and_never_more_than_there_is() {
        assertThat(names(new Numbers(100).take(30, 1))).hasSize(30);
        assertThat(names(new Numbers(10).take(30, 1))).hasSize(10);
    }

    @Test
    void the_order_is_the_same_on_every_machine() {
        assertThat(Dataset.order(8, 1)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(Dataset.order(8, 1)).containsExactly(Dataset.order(8, 1));
    }
}
