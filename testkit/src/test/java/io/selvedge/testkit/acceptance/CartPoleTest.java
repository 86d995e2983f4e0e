package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.runtime.Session;
import io.selvedge.testkit.OnnxRuntimeOracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A policy quantised on what its fp32 form meets in flight still balances the pole. */
@ExtendWith(Workbench.Shared.class)
class CartPoleTest {
    private static final int STEPS = 500;
    private static final int EPISODES = 100;
    private static final int LEAST_BALANCED = 95;
    private static final int CALIBRATION_EPISODES = 10;
    private static final double LEAST_AGREEMENT_PERCENT = 99.8;
    private static final long CALIBRATION_SEED = 1;
    private static final long SEED = 2;

    @Test
    void policy_in_int8_balances_the_pole(Workbench bench) {
        Graph simplified = bench.simplified(RealModel.CART_POLE);
        List<Map<String, Tensor>> met = new ArrayList<>();
        int fp32Balanced;
        try (NativeModel fp32 = bench.load(bench.asGiven(RealModel.CART_POLE))) {
            int flown = balanced(
                    CALIBRATION_EPISODES,
                    CALIBRATION_SEED,
                    policy(fp32.session()),
                    state -> met.add(Map.of("observation", Tensor.floats(state, 1, state.length))));
            assertThat(flown).as("the policy itself").isEqualTo(CALIBRATION_EPISODES);
            fp32Balanced = balanced(EPISODES, SEED, policy(fp32.session()), _ -> {});
        }
        Graph quantized = Calibrated.quantize(simplified, met, bench);
        Path exported = bench.folder().resolve("policy.onnx");
        OnnxExporter.write(quantized, exported, Map.of());
        try (NativeModel int8 = bench.best(quantized);
                OnnxRuntimeOracle oracle = OnnxRuntimeOracle.open(exported)) {
            long agreed = met.stream()
                    .filter(state -> Agreement.agree(
                            int8.run(state).get("action"), oracle.run(state).get("action")))
                    .count();
            int balanced = balanced(EPISODES, SEED, policy(int8.session()), _ -> {});
            System.out.printf(
                    "cart pole: %d steps in %d of %d episodes in int8, %d in fp32; ONNX Runtime agrees in %d of %d states%n",
                    STEPS, balanced, EPISODES, fp32Balanced, agreed, met.size());
            assertThat(balanced).isGreaterThanOrEqualTo(LEAST_BALANCED);
            assertThat(100.0 * agreed / met.size()).isGreaterThanOrEqualTo(LEAST_AGREEMENT_PERCENT);
        }
    }

    @Test
    void pole_falls_without_a_policy() {
        assertThat(balanced(EPISODES, SEED, _ -> true, _ -> {})).isZero();
        boolean[] right = {false};
        assertThat(balanced(EPISODES, SEED, _ -> right[0] = !right[0], _ -> {})).isLessThan(EPISODES / 10);
    }

    /** Push right where the second score is the higher. */
    private static Predicate<float[]> policy(Session session) {
        return state -> {
            session.input("observation").floats().put(state);
            session.run();
            return session.output("action").floats().get(1)
                    > session.output("action").floats().get(0);
        };
    }

    /** Episodes in which the pole stands to the end. */
    private static int balanced(int episodes, long seed, Predicate<float[]> policy, Consumer<float[]> states) {
        SplittableRandom random = new SplittableRandom(seed);
        int balanced = 0;
        for (int episode = 0; episode < episodes; episode++) {
            CartPole cart = new CartPole(random.split());
            for (int step = 0; step < STEPS && cart.stands(); step++) {
                states.accept(cart.observation());
                cart.push(policy.test(cart.observation()));
            }
            balanced += cart.stands() ? 1 : 0;
        }
        return balanced;
    }
}
