package io.selvedge.compiler.target;

import java.util.List;

/**
 * Where code runs: how it is compiled and what register tiles fit.
 *
 * @param name as on the command line and in bundles
 * @param arch machine architecture as Linux names it
 * @param cFlags flags of the C compiler, the instruction set among them
 * @param cpuFlags features that the CPU must have, as /proc/cpuinfo names them; empty when every CPU will do
 * @param header kernel header of the instruction set
 * @param lanes f32 elements of a vector
 * @param registers vector registers
 * @param dotProduct whether one instruction sums four u8 x s8 products
 */
public record Target(
        String name,
        String arch,
        List<String> cFlags,
        List<String> cpuFlags,
        String header,
        int lanes,
        int registers,
        boolean dotProduct) {
    public Target {
        cFlags = List.copyOf(cFlags);
        cpuFlags = List.copyOf(cpuFlags);
    }
}
