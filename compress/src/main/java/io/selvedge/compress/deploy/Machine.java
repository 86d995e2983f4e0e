package io.selvedge.compress.deploy;

import io.selvedge.compiler.toolchain.HostCpu;

/**
 * The machine that measured.
 *
 * @param isa best target of generated code that the CPU runs
 * @param cores hardware threads that the process may use
 */
public record Machine(String cpu, String isa, int cores, String os, String jdk) {
    /** The host of this process. */
    public static Machine host() {
        HostCpu host = HostCpu.detect();
        return new Machine(host.model(), host.bestTarget(), host.cores(), host.os(), host.jdk());
    }
}
