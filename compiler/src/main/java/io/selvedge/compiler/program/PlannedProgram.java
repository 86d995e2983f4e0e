package io.selvedge.compiler.program;

import java.util.List;

/**
 * A program whose memory is laid out.
 *
 * @param offsets arena offset of every buffer in bytes, -1 for inputs and outputs
 * @param weightOffsets offset of every weight in weights.bin
 * @param preparedOffsets offset of what every step has prepared
 * @param preparedBytes memory for what is computed from the weights when the program is loaded, shared by all sessions
 */
public record PlannedProgram(
        Program program,
        List<Integer> offsets,
        int arenaBytes,
        List<Integer> weightOffsets,
        int weightBytes,
        List<Integer> preparedOffsets,
        int preparedBytes) {
    public PlannedProgram {
        preparedOffsets = List.copyOf(preparedOffsets);
        offsets = List.copyOf(offsets);
        weightOffsets = List.copyOf(weightOffsets);
    }

    /** The content of weights.bin. */
    public byte[] packedWeights() {
        return packedWeights(List.of(this));
    }

    /** The content of a weights.bin that several programs share; the last has its length. */
    public static byte[] packedWeights(List<PlannedProgram> sharing) {
        byte[] packed = new byte[sharing.getLast().weightBytes];
        for (PlannedProgram planned : sharing) {
            for (int i = 0; i < planned.weightOffsets.size(); i++) {
                Program.Weight weight = planned.program.weights().get(i);
                weight.bytes().get(packed, planned.weightOffsets.get(i), weight.byteCount());
            }
        }
        return packed;
    }
}
