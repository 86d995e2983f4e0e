package io.selvedge.compiler.pass;

import static io.selvedge.compiler.pass.PassCase.after;
import static io.selvedge.compiler.pass.PassCase.graph;
import static io.selvedge.compiler.pass.PassCase.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Unary;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComputeHalfInFloatTest {
    private static final Binary ADD = new Binary(Binary.Kind.ADD);

    private static Graph sumOfExponential(DType half) {
        return graph(g -> {
            g.input("x", TensorType.of(half, 2, 3));
            g.constant("one", Tensor.filled(TensorType.of(half), _ -> 1));
            g.add("e", new Unary(Unary.Kind.EXP), "x");
            g.add("y", ADD, "e", "one");
            g.output("y");
        });
    }

    @Test
    void operators_compute_in_f32_between_casts() {
        assertThat(after(new ComputeHalfInFloat(), sumOfExponential(DType.FLOAT16)))
                .containsExactly(
                        "x.float32 = Cast[to=1](x)",
                        "e.f32 = Exp(x.float32)",
                        "e = Cast[to=10](e.f32)",
                        "e.float32 = Cast[to=1](e)",
                        "one.float32 = Cast[to=1](one)",
                        "y.f32 = Add(e.float32, one.float32)",
                        "y = Cast[to=10](y.f32)");
    }

    @Test
    void fusion_keeps_the_rounding_of_every_operator() {
        Graph before = sumOfExponential(DType.BFLOAT16);
        Graph fused = Pipelines.fuse(before);
        assertThat(text(fused)).containsExactly("y = FusedMap[expr=to_bfloat(add(to_bfloat(exp($0)),1.0)) to=16](x)");
        PassCase.assertSameValues(before, fused, 0);
    }

    @Test
    void moves_and_other_types_stay_as_they_are() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT16, 2, 3));
            g.input("z", TensorType.of(DType.FLOAT64, 2, 3));
            g.add("y", new Transpose(List.of(1, 0)), "x");
            g.add("d", ADD, "z", "z");
            g.output("y");
            g.output("d");
        });
        assertThat(new ComputeHalfInFloat().run(before)).isSameAs(before);
    }
}
