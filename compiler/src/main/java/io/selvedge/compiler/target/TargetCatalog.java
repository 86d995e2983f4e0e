package io.selvedge.compiler.target;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The targets, best first among those of one architecture. */
public final class TargetCatalog {
    // Arena bytes are reused for values of other types, which the aliasing rules of C do not allow.
    private static final String NO_ALIASING_RULES = "-fno-strict-aliasing";

    // Narrow vectors make many instructions of a tile, at times more than the compiler cares to unroll: slower, not
    // wrong. Plain rv64gc leaves nine loops of ResNet-8 and of DS-CNN, other targets none of these two.
    private static final String LOOPS_MAY_STAY = "-Wno-pass-failed";

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
            true,
            true);
    public static final Target X86_64_V3_AVXVNNI = new Target(
            "x86-64-v3+avxvnni",
            "x86_64",
            List.of("-march=x86-64-v3", "-mavxvnni", NO_ALIASING_RULES),
            with(V3, "avx_vnni"),
            "isa_x86_64_v3_avxvnni.h",
            8,
            16,
            true,
            true);
    public static final Target X86_64_V4 = new Target(
            "x86-64-v4",
            "x86_64",
            List.of("-march=x86-64-v4", "-mprefer-vector-width=512", NO_ALIASING_RULES),
            V4,
            "isa_x86_64_v4.h",
            16,
            32,
            false,
            true);
    public static final Target X86_64_V3 = new Target(
            "x86-64-v3",
            "x86_64",
            List.of("-march=x86-64-v3", NO_ALIASING_RULES),
            V3,
            "isa_x86_64_v3.h",
            8,
            16,
            false,
            true);
    public static final Target X86_64_V2 = new Target(
            "x86-64-v2",
            "x86_64",
            List.of("-march=x86-64-v2", NO_ALIASING_RULES),
            V2,
            "isa_x86_64_v2.h",
            4,
            16,
            false,
            false);
    public static final Target X86_64 = plainC("generic", "x86_64", 16, "-march=x86-64", NO_ALIASING_RULES);

    /** What Graviton3, Cortex-A510, A710 and later have. */
    public static final Target AARCH64_I8MM =
            aarch64("aarch64+i8mm", "armv8.2-a+dotprod+i8mm", 32, true, "asimddp", "i8mm");
    /** What Cortex-A55, A75, A76 and later have. Four registers hold what a product of signed bytes needs besides. */
    public static final Target AARCH64_DOTPROD = aarch64("aarch64+dotprod", "armv8.2-a+dotprod", 28, true, "asimddp");
    /** What every 64-bit Arm CPU has, Cortex-A53 for one. */
    public static final Target AARCH64 = aarch64("aarch64", "armv8-a", 32, false);

    public static final Target GENERIC_AARCH64 =
            plainC("generic-aarch64", "aarch64", 32, arm("armv8-a").toArray(String[]::new));

    public static final Target RISCV64_V = new Target(
            "riscv64+v",
            "riscv64",
            List.of(
                    "--target=riscv64-linux-gnu",
                    "-march=rv64gcv",
                    "-mabi=lp64d",
                    // Kernels say what is a vector; what the compiler adds triples the code.
                    "-fno-vectorize",
                    "-fno-slp-vectorize",
                    // CPUs of this profile load words from any address; byte by byte it takes seven instructions.
                    "-mno-scalar-strict-align",
                    LOOPS_MAY_STAY,
                    NO_ALIASING_RULES),
            List.of("v"),
            "isa_riscv64_v.h",
            4,
            32,
            false,
            true);
    public static final Target GENERIC_RISCV64 = plainC(
            "generic-riscv64",
            "riscv64",
            // A vector takes four of the 32 registers of floats.
            8,
            "--target=riscv64-linux-gnu",
            "-march=rv64gc",
            "-mabi=lp64d",
            LOOPS_MAY_STAY,
            NO_ALIASING_RULES);

    public static final Target WASM32_SIMD128 = new Target(
            "wasm32+simd128",
            "wasm32",
            List.of("--target=wasm32-unknown-unknown", "-msimd128", LOOPS_MAY_STAY, NO_ALIASING_RULES),
            List.of(),
            "isa_wasm32_simd128.h",
            4,
            16,
            false,
            false);
    public static final Target GENERIC_WASM32 = plainC(
            "generic-wasm32", "wasm32", 16, "--target=wasm32-unknown-unknown", LOOPS_MAY_STAY, NO_ALIASING_RULES);

    private static final List<Target> ALL = List.of(
            X86_64_V4_VNNI,
            X86_64_V3_AVXVNNI,
            X86_64_V4,
            X86_64_V3,
            X86_64_V2,
            X86_64,
            AARCH64_I8MM,
            AARCH64_DOTPROD,
            AARCH64,
            GENERIC_AARCH64,
            RISCV64_V,
            GENERIC_RISCV64,
            WASM32_SIMD128,
            GENERIC_WASM32);

    private TargetCatalog() {}

    private static Target aarch64(String name, String march, int registers, boolean dotProduct, String... cpuFlags) {
        return new Target(
                name,
                "aarch64",
                arm(march),
                with(List.of("asimd"), cpuFlags),
                "isa_aarch64.h",
                4,
                registers,
                dotProduct,
                true);
    }

    private static List<String> arm(String march) {
        return List.of(
                "--target=aarch64-linux-gnu",
                "-march=" + march,
                LOOPS_MAY_STAY,
                // Android keeps this register for itself.
                "-ffixed-x18",
                // Else atomic operations are calls into a library.
                "-mno-outline-atomics",
                // What Android asks for; kernels with pages of 4 KB load it just as well.
                "-Wl,-z,max-page-size=16384",
                NO_ALIASING_RULES);
    }

    private static Target plainC(String name, String arch, int registers, String... cFlags) {
        return new Target(name, arch, List.of(cFlags), List.of(), "isa_generic.h", 4, registers, false, false);
    }

    private static List<String> with(List<String> flags, String... more) {
        return Stream.concat(flags.stream(), Stream.of(more)).toList();
    }

    /** AVX-VNNI's kernels in the encoding of AVX-512, so that CPUs with that alone can test them; in no list. */
    public static Target avxVnniInAvx512() {
        Target avxVnni = X86_64_V3_AVXVNNI;
        return new Target(
                avxVnni.name() + " in AVX-512",
                avxVnni.arch(),
                List.of("-march=x86-64-v3", "-mavx512vl", "-mavx512vnni", NO_ALIASING_RULES),
                X86_64_V4_VNNI.cpuFlags(),
                avxVnni.header(),
                avxVnni.lanes(),
                avxVnni.registers(),
                avxVnni.dotProduct(),
                avxVnni.fusedMultiplyAdd());
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
}
