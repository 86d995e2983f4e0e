package io.selvedge.compress.profile;

import io.selvedge.compiler.program.StepCost.Arithmetic;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What one core of a machine can do at most with one target's instructions, as measured.
 *
 * @param fp32 10^9 operations per second, a multiply-add being two
 * @param int8 the same for exact products of bytes summed in 32 bits, in the form that the target's kernels use
 * @param levels where data are read from, nearest first; the last is memory
 * @param measured day, as in 2026-11-26
 */
public record Peaks(String target, double fp32, double int8, List<Level> levels, String measured) {
    public Peaks {
        levels = List.copyOf(levels);
    }

    /**
     * A cache, or memory.
     *
     * @param name {@code L1}, {@code L2}, {@code L3}, {@code memory}
     * @param bytes what it holds; {@link Long#MAX_VALUE} for memory
     * @param gigabytesPerSecond of reading, 10^9 bytes
     */
    public record Level(String name, long bytes, double gigabytesPerSecond) {}

    /** The nearest level that holds so many bytes. */
    public Level holding(long bytes) {
        return levels.stream()
                .filter(level -> bytes <= level.bytes())
                .findFirst()
                .orElse(levels.getLast());
    }

    /** The limit of an arithmetic in 10^9 operations per second. */
    public OptionalDouble of(Arithmetic arithmetic) {
        return switch (arithmetic) {
            case FP32 -> OptionalDouble.of(fp32);
            case INT8 -> OptionalDouble.of(int8);
            case OTHER -> OptionalDouble.empty();
        };
    }
}
