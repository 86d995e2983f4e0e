package io.selvedge.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the network looks like: a slice that is cut out changes nothing but what its weights contributed. */
class GroupsOfRandomNetworksTest {
    private static Map<String, Tensor> inputs(Graph graph, Random random) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        graph.inputs()
                .forEach(name -> inputs.put(name, Tensor.filled(graph.type(name), _ -> (float) random.nextGaussian())));
        return inputs;
    }

    private static void assertRemovalEqualsMasking(Graph graph, Map<Group, List<Slice>> cut, Random random) {
        Graph masked = Masking.apply(graph, Masking.of(graph, cut));
        Graph removed =
                Removal.of(graph, cut.values().stream().flatMap(List::stream).toList());
        Verifier.verify(removed);
        Map<String, Tensor> inputs = inputs(graph, random);
        Map<String, Tensor> found = ReferenceEvaluator.run(removed, inputs);
        ReferenceEvaluator.run(masked, inputs)
                .forEach((name, wanted) ->
                        assertThat(found.get(name).bytes()).as(name).isEqualTo(wanted.bytes()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void every_slice_removed_equals_the_slice_masked_bit_for_bit(int block) {
        for (int seed = block * 1000; seed < block * 1000 + 25; seed++) {
            Graph graph = RandomNetwork.of(seed);
            Random random = new Random(seed);
            try {
                for (Group group : Groups.of(graph).groups()) {
                    for (Slice slice : group.slices()) {
                        assertRemovalEqualsMasking(graph, Map.of(group, List.of(slice)), random);
                    }
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ":\n" + GraphText.dump(graph), e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6})
    void many_slices_removed_at_once_equal_them_masked(int block) {
        for (int seed = block * 1000; seed < block * 1000 + 80; seed++) {
            Graph graph = RandomNetwork.of(seed);
            Random random = new Random(seed);
            Map<Group, List<Slice>> cut = new LinkedHashMap<>();
            for (Group group : Groups.of(graph).groups()) {
                List<Slice> slices = new ArrayList<>(group.slices());
                java.util.Collections.shuffle(slices, random);
                cut.put(group, slices.subList(0, random.nextInt(slices.size())));
            }
            try {
                assertRemovalEqualsMasking(graph, cut, random);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ":\n" + GraphText.dump(graph), e);
            }
        }
    }

    /** A slice is the least that can go: leave one tensor's part of it and the shapes no longer fit. */
    @Test
    void a_part_of_a_slice_cannot_be_removed() {
        int tried = 0;
        for (int seed = 0; seed < 40; seed++) {
            Graph graph = RandomNetwork.of(seed);
            for (Group group : Groups.of(graph).groups()) {
                // One left of two would be repeated by element-wise operators.
                if (group.slices().size() == 2) {
                    continue;
                }
                Slice slice = group.slices().getFirst();
                for (Axis left : group.roles().keySet()) {
                    Slice part = new Slice(slice.cells().stream()
                            .filter(cell -> !cell.axis().equals(left))
                            .toList());
                    tried++;
                    assertThatExceptionOfType(SelvedgeException.class)
                            .as("seed %s without %s:%n%s", seed, left, GraphText.dump(graph))
                            .isThrownBy(() -> Removal.of(graph, List.of(part)));
                }
            }
        }
        assertThat(tried).isGreaterThan(100);
    }

    @Test
    void most_networks_have_something_to_cut() {
        int slices = 0;
        for (int seed = 0; seed < 100; seed++) {
            slices += Groups.of(RandomNetwork.of(seed)).groups().stream()
                    .mapToInt(group -> group.slices().size())
                    .sum();
        }
        assertThat(slices).isGreaterThan(1000);
    }
}
