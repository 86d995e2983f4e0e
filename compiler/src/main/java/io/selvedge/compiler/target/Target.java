package io.selvedge.compiler.target;

import java.util.Collection;
import java.util.List;

/**
 * Where code runs: how it is compiled and what register tiles fit.
 *
 * @param name as on the command line and in bundles
 * @param arch machine architecture as Linux names it; wasm32 is one of its own
 * @param cFlags flags of the C compiler, the instruction set among them
 * @param cpuFlags features that the CPU must have, as /proc/cpuinfo names them; empty when every CPU of its kind will do
 * @param header kernel header of the instruction set
 * @param lanes f32 elements of a vector
 * @param registers vector registers
 * @param dotProduct whether one instruction sums four u8 x s8 products
 * @param fusedMultiplyAdd whether one instruction multiplies and adds with one rounding
 */
public record Target(
        String name,
        String arch,
        List<String> cFlags,
        List<String> cpuFlags,
        String header,
        int lanes,
        int registers,
        boolean dotProduct,
        boolean fusedMultiplyAdd) {
    private static final String WASM = "wasm32";

    public Target {
        cFlags = List.copyOf(cFlags);
        cpuFlags = List.copyOf(cpuFlags);
    }

    /** Whether the code is a WebAssembly module rather than a shared library. */
    public boolean isWasm() {
        return arch.equals(WASM);
    }

    /** The system that loads the code, as bundles name it. */
    public String os() {
        return isWasm() ? "wasm" : "linux";
    }

    /** Name of the compiled file. */
    public String library() {
        return isWasm() ? "model.wasm" : "model.so";
    }

    /** Whether a machine of this architecture whose CPU has these features runs the code. */
    public boolean runsOn(String machineArch, Collection<String> features) {
        return arch.equals(machineArch) && features.containsAll(cpuFlags);
    }
}
