package io.selvedge.compiler.target;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The targets, best first. */
public final class TargetCatalog {
    // Arena bytes are reused for values of other types, which the aliasing rules of C do not allow.
    private static final String NO_ALIASING_RULES = "-fno-strict-aliasing";

    public static final Target X86_64_V4_VNNI = new Target(
            "x86-64-v4+vnni",
            "x86_64",
            List.of("-march=x86-64-v4", "-mavx512vnni", "-mprefer-vector-width=512", NO_ALIASING_RULES),
            List.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512_vnni"),
            "isa_x86_64_v4_vnni.h",
            16,
            32,
            true);
    public static final Target X86_64_V3 = new Target(
            "x86-64-v3",
            "x86_64",
            List.of("-march=x86-64-v3", NO_ALIASING_RULES),
            List.of("avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"),
            "isa_x86_64_v3.h",
            8,
            16,
            false);
    public static final Target X86_64 = new Target(
            "generic", "x86_64", List.of("-march=x86-64", NO_ALIASING_RULES), List.of(), "isa_generic.h", 4, 16, false);

    private static final List<Target> ALL = List.of(X86_64_V4_VNNI, X86_64_V3, X86_64);

    private TargetCatalog() {}

    public static List<Target> all() {
        return ALL;
    }

    /** The target of this name. @throws SelvedgeException BAD_OPTION when there is no such target; the message lists them */
    public static Target byName(String name) {
        return ALL.stream()
                .filter(target -> target.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "target '" + name + "' is not known; choose among "
                                + ALL.stream().map(Target::name).collect(Collectors.joining(", "))));
    }

    /** The best target whose features a CPU has; the last one runs on any x86-64. */
    public static Target best(Collection<String> cpuFlags) {
        return ALL.stream()
                .filter(target -> cpuFlags.containsAll(target.cpuFlags()))
                .findFirst()
                .orElse(X86_64);
    }
}
