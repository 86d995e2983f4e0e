package io.selvedge.train.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class LoweringTest {
    private static final double STEP = 1e-5;
    private static final int LOOKED_AT = 5;

    static Stream<OperatorCase> cases() {
        return OperatorCases.all();
    }

    static Stream<OperatorCase> smooth() {
        return cases().filter(OperatorCase::smooth);
    }

    static Stream<OperatorCase> batched() {
        return cases().filter(OperatorCase::batched);
    }

    @Test
    void every_operator_of_the_catalogue_has_a_case() {
        assertThat(new TreeSet<>(cases().map(OperatorCase::type).toList()))
                .containsExactlyElementsOf(LoweringCatalog.types());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void it_computes_what_the_reference_computes(OperatorCase it) {
        Map<String, Tensor> inputs = it.inputs(new Random(1));
        Map<String, Tensor> wanted = ReferenceEvaluator.run(it.graph(), inputs);
        try (PointerScope _ = new PointerScope();
                TrainableGraph net = TrainableGraph.exact(it.graph())) {
            List<org.bytedeco.pytorch.Tensor> found = net.run(natively(inputs));
            for (int i = 0; i < found.size(); i++) {
                compare(wanted.get(it.graph().outputs().get(i)), found.get(i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("batched")
    void samples_side_by_side_give_what_each_gives_alone(OperatorCase it) {
        List<Map<String, Tensor>> samples =
                List.of(it.inputs(new Random(1)), it.inputs(new Random(2)), it.inputs(new Random(3)));
        try (PointerScope _ = new PointerScope();
                TrainableGraph net = TrainableGraph.exact(it.graph())) {
            Map<String, org.bytedeco.pytorch.Tensor> together = new LinkedHashMap<>();
            for (String input : it.graph().inputs()) {
                TensorVector parts = new TensorVector();
                samples.forEach(sample -> parts.push_back(NativeTensor.of(sample.get(input), ScalarType.Double)));
                together.put(input, torch.cat(parts, 0));
            }
            List<org.bytedeco.pytorch.Tensor> found = net.run(together);
            for (int s = 0; s < samples.size(); s++) {
                List<org.bytedeco.pytorch.Tensor> alone = net.run(natively(samples.get(s)));
                for (int i = 0; i < found.size(); i++) {
                    assertThat(NativeTensor.toDoubles(found.get(i).narrow(0, s, 1)))
                            .containsExactly(NativeTensor.toDoubles(alone.get(i)), within(1e-9));
                }
            }
        }
    }

    /** Derivatives of a random weighted sum of all outputs, by inputs and by parameters. */
    @ParameterizedTest
    @MethodSource("smooth")
    void its_gradients_are_finite_differences(OperatorCase it) {
        try (PointerScope _ = new PointerScope();
                TrainableGraph net = TrainableGraph.exact(it.graph())) {
            Map<String, org.bytedeco.pytorch.Tensor> inputs = natively(it.inputs(new Random(1)));
            inputs.values().forEach(input -> input.set_requires_grad(true));
            sum(net, inputs).backward();
            Map<String, org.bytedeco.pytorch.Tensor> all = new LinkedHashMap<>(inputs);
            all.putAll(net.parameters());
            assertThat(all).isNotEmpty();
            all.forEach((name, tensor) -> {
                double[] gradient = NativeTensor.toDoubles(tensor.grad());
                for (int i : picked(gradient.length)) {
                    double difference =
                            (moved(net, inputs, tensor, i, STEP) - moved(net, inputs, tensor, i, -STEP)) / (2 * STEP);
                    assertThat(gradient[i])
                            .as(name + "[" + i + "]")
                            .isCloseTo(difference, within(1e-6 * (1 + Math.abs(difference))));
                }
            });
        }
    }

    private static List<Integer> picked(int length) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < LOOKED_AT; i++) {
            indices.add((int) ((long) i * (length - 1) / Math.max(1, LOOKED_AT - 1)));
        }
        return indices.stream().distinct().toList();
    }

    private static double moved(
            TrainableGraph net,
            Map<String, org.bytedeco.pytorch.Tensor> inputs,
            org.bytedeco.pytorch.Tensor tensor,
            int index,
            double step) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            double[] values = NativeTensor.toDoubles(tensor);
            double before = values[index];
            values[index] = before + step;
            tensor.copy_(org.bytedeco.pytorch.Tensor.create(values).reshape(tensor.shape()));
            double result = sum(net, inputs).item_double();
            values[index] = before;
            tensor.copy_(org.bytedeco.pytorch.Tensor.create(values).reshape(tensor.shape()));
            return result;
        }
    }

    private static org.bytedeco.pytorch.Tensor sum(
            TrainableGraph net, Map<String, org.bytedeco.pytorch.Tensor> inputs) {
        org.bytedeco.pytorch.Tensor sum = torch.zeros(1).toType(ScalarType.Double);
        for (org.bytedeco.pytorch.Tensor output : net.run(inputs)) {
            double[] weights = new Random(7).doubles(output.numel(), -1, 1).toArray();
            sum = sum.add(output.mul(org.bytedeco.pytorch.Tensor.create(weights).reshape(output.shape()))
                    .sum());
        }
        return sum;
    }

    @Test
    void rounding_passes_the_gradient_of_what_it_rounds() {
        for (OperatorCase it : cases().filter(
                        each -> !each.smooth() && !each.graph().inputs().isEmpty())
                .toList()) {
            try (PointerScope _ = new PointerScope();
                    TrainableGraph net = TrainableGraph.exact(it.graph())) {
                Map<String, org.bytedeco.pytorch.Tensor> inputs = natively(it.inputs(new Random(1)));
                inputs.values().forEach(input -> input.set_requires_grad(true));
                net.run(inputs).getFirst().sum().backward();
                double slope = it.type().equals("QuantizeLinear") ? 10 : 1;
                for (double each : NativeTensor.toDoubles(inputs.get("x0").grad())) {
                    assertThat(each).as(it.toString()).isCloseTo(slope, within(1e-6));
                }
            }
        }
    }

    private static Map<String, org.bytedeco.pytorch.Tensor> natively(Map<String, Tensor> inputs) {
        Map<String, org.bytedeco.pytorch.Tensor> tensors = new LinkedHashMap<>();
        inputs.forEach((name, value) -> tensors.put(name, NativeTensor.of(value, ScalarType.Double)));
        return tensors;
    }

    private static void compare(Tensor wanted, org.bytedeco.pytorch.Tensor found) {
        assertThat(found.shape()).containsExactly(NativeTensor.extents(wanted.shape()));
        double[] values = NativeTensor.toDoubles(found);
        for (int i = 0; i < values.length; i++) {
            double value = wanted.getDouble(i);
            assertThat(values[i]).as("element " + i).isCloseTo(value, within(3e-6 * (1 + Math.abs(value))));
        }
    }
}
