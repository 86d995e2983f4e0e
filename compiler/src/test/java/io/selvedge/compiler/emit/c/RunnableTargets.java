package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The targets whose code this CPU runs. */
final class RunnableTargets {
    private RunnableTargets() {}

    /** All of the catalogue, and AVX-VNNI's kernels in the encoding of AVX-512 on a CPU that has no other. */
    static List<Target> all() {
        List<Target> targets = new ArrayList<>(TargetCatalog.all());
        Target avxVnni = TargetCatalog.X86_64_V3_AVXVNNI;
        targets.add(
                targets.indexOf(avxVnni),
                new Target(
                        avxVnni.name() + " in AVX-512",
                        avxVnni.arch(),
                        avxVnni.cFlags().stream()
                                .flatMap(flag -> flag.equals("-mavxvnni")
                                        ? Stream.of("-mavx512vl", "-mavx512vnni")
                                        : Stream.of(flag))
                                .toList(),
                        TargetCatalog.X86_64_V4_VNNI.cpuFlags(),
                        avxVnni.header(),
                        avxVnni.lanes(),
                        avxVnni.registers(),
                        avxVnni.dotProduct(),
                        avxVnni.fusedMultiplyAdd()));
        return targets.stream().filter(HostCpu.detect()::runs).toList();
    }

    /** Those whose code for anything but 8-bit products differs. */
    static List<Target> forFloats() {
        return Stream.of(
                        TargetCatalog.X86_64_V4_VNNI,
                        TargetCatalog.X86_64_V3,
                        TargetCatalog.X86_64_V2,
                        TargetCatalog.X86_64)
                .filter(all()::contains)
                .toList();
    }
}
