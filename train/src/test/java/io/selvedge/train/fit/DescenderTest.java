package io.selvedge.train.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.train.TrainOptions.Descent;
import io.selvedge.train.TrainOptions.Optimizer;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class DescenderTest {
    /** How far one step moves a tensor, as a share of its norm. */
    private static double share(Optimizer optimizer, String name, float scale, long... shape) {
        try (PointerScope _ = new PointerScope()) {
            torch.manual_seed(3);
            Tensor before = torch.randn(shape).mul(io.selvedge.train.graph.Natively.number(scale));
            Tensor parameter = before.clone().set_requires_grad(true);
            parameter.mul(torch.randn(shape)).sum().backward();
            try (Descender descender = new Descender(new Descent(optimizer, 0.9, 0, 5), Map.of(name, parameter));
                    NoGradGuard _ = new NoGradGuard()) {
                descender.step(0.01, 1);
                return parameter.sub(before).norm().item_double()
                        / before.norm().item_double();
            }
        }
    }

    @Test
    void steps_of_lamb_are_shares_of_a_tensors_norm_whatever_its_size() {
        for (float scale : new float[] {1e-3f, 1, 50}) {
            assertThat(share(Optimizer.LAMB, "p/w", scale, 4, 3, 3, 3)).isCloseTo(0.01, within(1e-4));
            assertThat(share(Optimizer.LAMB, "h/w", scale, 4)).isCloseTo(0.01, within(1e-4));
        }
        assertThat(share(Optimizer.ADAMW, "p/w", 1e-3f, 4, 3, 3, 3)).isGreaterThan(5);
        assertThat(share(Optimizer.LAMB, "p/bias", 1e-3f, 40)).as("as Adam").isGreaterThan(5);
    }
}
