package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.QConv;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class QWinogradCodeTest {
    @Test
    void a_cpu_without_a_dot_product_of_bytes_takes_winograd_for_few_channels_too() {
        PlannedProgram few = layer(16, 1);
        assertThat(takesWinograd(few, TargetCatalog.X86_64_V3)).isTrue();
        assertThat(takesWinograd(few, TargetCatalog.X86_64_V2)).isTrue();
        assertThat(takesWinograd(few, TargetCatalog.X86_64_V4_VNNI)).isFalse();
    }

    @Test
    void weights_that_fall_out_of_the_cache_do_not_pay_where_the_direct_kernel_is_fast() {
        assertThat(takesWinograd(layer(64, 1), TargetCatalog.X86_64_V4_VNNI)).isTrue();
        assertThat(takesWinograd(layer(256, 1), TargetCatalog.X86_64_V4_VNNI)).isFalse();
        assertThat(takesWinograd(layer(512, 1), TargetCatalog.X86_64_V3)).isFalse();
    }

    /** 9 * 128 * 255 * 114 is below 2^25, and with 115 it is not. */
    @Test
    void sums_beyond_26_bits_are_left_to_the_direct_kernel() {
        assertThat(takesWinograd(layer(128, 114), TargetCatalog.X86_64_V3)).isTrue();
        assertThat(takesWinograd(layer(128, -114), TargetCatalog.X86_64_V3)).isTrue();
        assertThat(takesWinograd(layer(128, 115), TargetCatalog.X86_64_V3)).isFalse();
        assertThat(takesWinograd(layer(128, -115), TargetCatalog.X86_64_V3)).isFalse();
    }

    @Test
    void what_is_prepared_depends_on_the_target() {
        PlannedProgram planned = layer(16, 1);
        assertThat(CEmitter.preparedBytes(planned, TargetCatalog.X86_64_V4_VNNI))
                .isZero();
        assertThat(CEmitter.preparedBytes(planned, TargetCatalog.X86_64_V3)).isEqualTo(36 * 16 * 16 * 2);
    }

    /** As bands of one layer do where the last of them is too low for Winograd's tiles. */
    @Test
    void steps_that_share_weights_and_prepare_them_otherwise_have_memory_of_their_own() {
        PlannedProgram one = layer(16, 1);
        Program program = one.program();
        Program.Step step = program.steps().stream()
                .filter(each -> each.kernel() instanceof Kernel.QConv)
                .findFirst()
                .orElseThrow();
        PlannedProgram twice = MemoryPlanner.plan(new Program(
                program.name(),
                program.buffers(),
                program.weights(),
                Stream.concat(program.steps().stream(), Stream.of(step)).toList(),
                program.inputs(),
                program.outputs()));
        int last = twice.program().steps().size() - 1;
        Forms directAtLast = (number, offer) -> number == last
                ? offer.forms()
                        .indexOf(offer.forms().stream()
                                .filter(form -> form.startsWith("direct"))
                                .findFirst()
                                .orElseThrow())
                : 0;
        int transformed = 36 * 16 * 16 * 2;
        int widened = 2
                * program.weights()
                        .get(((Kernel.QConv) step.kernel()).weights())
                        .byteCount();
        assertThat(CEmitter.preparedBytes(twice, TargetCatalog.X86_64_V3)).isEqualTo(transformed);
        assertThat(CEmitter.preparedBytes(twice, TargetCatalog.X86_64_V3, directAtLast))
                .isEqualTo(transformed + widened);
    }

    private static boolean takesWinograd(PlannedProgram planned, Target target) {
        return CEmitter.emit(planned, target).files().values().stream()
                .anyMatch(text -> text.contains("sv_qwinograd_u8(&"));
    }

    /** A 3x3 convolution of 28x28 pixels whose weights are all the same. */
    private static PlannedProgram layer(int channels, int weight) {
        TensorType image = TensorType.of(DType.UINT8, 1, channels, 28, 28);
        TensorType weights = TensorType.of(DType.INT8, channels, channels, 3, 3);
        TensorType bias = TensorType.of(DType.INT32, channels);
        QConv conv = new QConv(
                List.of(1, 1),
                List.of(1, 1, 1, 1),
                List.of(1, 1),
                1,
                new QConv.Quant(0.02f, 7),
                Collections.nCopies(channels, 0.001f),
                new QConv.Quant(0.3f, 120),
                0,
                255,
                Optional.empty(),
                Shape.of(1, channels, 28, 28),
                DType.UINT8);
        Graph graph = new Graph(
                "layer",
                List.of("x"),
                List.of("y"),
                Map.of("w", Tensor.filled(weights, _ -> weight), "b", Tensor.filled(bias, _ -> 0)),
                List.of(new Node("y", conv, List.of("x", "w", "b"), List.of("y"))),
                Map.of("x", image, "w", weights, "b", bias, "y", image));
        return MemoryPlanner.plan(new ProgramBuilder(graph).build());
    }
}
