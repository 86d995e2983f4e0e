package io.selvedge.compiler.target;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The targets, best first. */
public final class TargetCatalog {
    // Arena bytes are reused for values of other types, which the aliasing rules of C do not allow.
    private static final String NO_ALIASING_RULES = "-fno-strict-aliasing";

    private static final List<String> V2 = List.of("pni", "ssse3", "sse4_1", "sse4_2", "popcnt", "cx16");
    private static final List<String> V3 = with(V2, "avx", "avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm");
    private static final List<String> V4 = with(V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl");

    public static final Target X86_64_V4_VNNI = new Target(
            "x86-64-v4+vnni",
            "x86_64",
            List.of("-march=x86-64-v4", "-mavx512vnni", "-mprefer-vector-width=512", NO_ALIASING_RULES),
            with(V4, "avx512_vnni"),
            "isa_x86_64_v4_vnni.h",
            16,
            32,
            true);
    public static final Target X86_64_V3_AVXVNNI = new Target(
            "x86-64-v3+avxvnni",
            "x86_64",
            List.of("-march=x86-64-v3", "-mavxvnni", NO_ALIASING_RULES),
            with(V3, "avx_vnni"),
            "isa_x86_64_v3_avxvnni.h",
            8,
            16,
            true);
    public static final Target X86_64_V4 = new Target(
            "x86-64-v4",
            "x86_64",
            List.of("-march=x86-64-v4", "-mprefer-vector-width=512", NO_ALIASING_RULES),
            V4,
            "isa_x86_64_v4.h",
            16,
            32,
            false);
    public static final Target X86_64_V3 = new Target(
            "x86-64-v3", "x86_64", List.of("-march=x86-64-v3", NO_ALIASING_RULES), V3, "isa_x86_64_v3.h", 8, 16, false);
    public static final Target X86_64_V2 = new Target(
            "x86-64-v2", "x86_64", List.of("-march=x86-64-v2", NO_ALIASING_RULES), V2, "isa_x86_64_v2.h", 4, 16, false);
    public static final Target X86_64 = new Target(
            "generic", "x86_64", List.of("-march=x86-64", NO_ALIASING_RULES), List.of(), "isa_generic.h", 4, 16, false);

    private static final List<Target> ALL =
            List.of(X86_64_V4_VNNI, X86_64_V3_AVXVNNI, X86_64_V4, X86_64_V3, X86_64_V2, X86_64);

    private TargetCatalog() {}

    private static List<String> with(List<String> flags, String... more) {
        return Stream.concat(flags.stream(), Stream.of(more)).toList();
    }

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
