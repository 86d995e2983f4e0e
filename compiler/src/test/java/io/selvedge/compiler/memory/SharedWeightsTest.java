package io.selvedge.compiler.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SharedWeightsTest {
    private static PlannedProgram planned(byte[]... weights) {
        List<Program.Weight> all = Arrays.stream(weights)
                .map(bytes -> new Program.Weight("w", ByteBuffer.wrap(bytes)))
                .toList();
        return MemoryPlanner.plan(new Program("p", List.of(), all, List.of(), List.of(), List.of()));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void equal_bytes_lie_in_the_file_once_and_others_behind() {
        SharedWeights shared = new SharedWeights();
        PlannedProgram alone = planned(filled(100, 1), filled(10, 2));
        PlannedProgram first = shared.add(alone);
        PlannedProgram second = shared.add(planned(filled(10, 2), filled(70, 3), filled(100, 1)));
        PlannedProgram third = shared.add(planned(filled(70, 3), filled(1, 4)));
        assertThat(first).isSameAs(alone);
        assertThat(first.weightOffsets()).containsExactly(0, 128);
        assertThat(second.weightOffsets()).containsExactly(128, 192, 0);
        assertThat(third.weightOffsets()).containsExactly(192, 320);
        assertThat(third.weightBytes()).isEqualTo(384);
        byte[] file = PlannedProgram.packedWeights(List.of(first, second, third));
        assertThat(file).hasSize(384);
        for (PlannedProgram each : List.of(first, second, third)) {
            for (int i = 0; i < each.weightOffsets().size(); i++) {
                int at = each.weightOffsets().get(i);
                ByteBuffer bytes = each.program().weights().get(i).bytes();
                assertThat(ByteBuffer.wrap(file, at, bytes.remaining())).isEqualTo(bytes);
            }
        }
    }

    @Test
    void program_without_weights_may_come_first() {
        SharedWeights shared = new SharedWeights();
        PlannedProgram empty = shared.add(planned());
        PlannedProgram second = shared.add(planned(filled(5, 1)));
        assertThat(second.weightOffsets()).containsExactly(0);
        assertThat(PlannedProgram.packedWeights(List.of(empty, second))).hasSize(64);
    }
}
