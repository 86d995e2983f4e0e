/**
 * Compiled models on CPUs that this machine is not: qemu's user mode for Arm and RISC-V, node for WebAssembly. Imports the
 * compiler; only tests import it. Read {@link io.selvedge.testkit.emulation.EmulatedCpu} first.
 */
@NullMarked
package io.selvedge.testkit.emulation;

import org.jspecify.annotations.NullMarked;
