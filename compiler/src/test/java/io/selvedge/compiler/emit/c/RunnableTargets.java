package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import java.util.List;
import java.util.stream.Stream;

/** The targets whose code this CPU runs. */
final class RunnableTargets {
    private RunnableTargets() {}

    /** Of the catalogue, best first. */
    static List<Target> all() {
        return HostCpu.detect().targets();
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
