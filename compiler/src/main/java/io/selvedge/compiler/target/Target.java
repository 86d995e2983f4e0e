package io.selvedge.compiler.target;

import java.util.List;

/**
 * Where code runs.
 *
 * @param name as on the command line and in bundles
 * @param cFlags flags that select the instruction set
 * @param cpuFlags features that the CPU must have, as /proc/cpuinfo names them
 * @param header kernel header of the instruction set
 * @param lanes f32 elements of a vector
 * @param accumulators vectors of accumulators that stay in registers, f32
 * @param quantizedAccumulators the same for u8 x s8, whose dot product may need temporaries
 */
public record Target(
        String name,
        String arch,
        List<String> cFlags,
        List<String> cpuFlags,
        String header,
        int lanes,
        int accumulators,
        int quantizedAccumulators) {
    public Target {
        cFlags = List.copyOf(cFlags);
        cpuFlags = List.copyOf(cpuFlags);
    }
}
