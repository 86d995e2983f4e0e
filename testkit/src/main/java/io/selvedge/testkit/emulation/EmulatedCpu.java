package io.selvedge.testkit.emulation;

import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A CPU that an emulator stands for, or this machine's, and the targets whose code it is to run. */
@SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that nobody can change.
public enum EmulatedCpu {
    /** The machine itself, without an emulator. */
    THIS_MACHINE("", List.of(), nativeTargets().toArray(Target[]::new)),
    /** Armv8.0; traps what dotprod brought. */
    CORTEX_A53("qemu-aarch64", List.of("-cpu", "cortex-a53"), TargetCatalog.AARCH64, TargetCatalog.GENERIC_AARCH64),
    /** Armv8.2 with dotprod, without i8mm. */
    CORTEX_A76("qemu-aarch64", List.of("-cpu", "cortex-a76"), TargetCatalog.AARCH64_DOTPROD),
    /** All that qemu knows, i8mm among it. */
    ARM_WITH_I8MM("qemu-aarch64", List.of("-cpu", "max"), TargetCatalog.AARCH64_I8MM),
    RISCV_WITHOUT_VECTORS("qemu-riscv64", List.of("-cpu", "rv64,v=false"), TargetCatalog.GENERIC_RISCV64),
    RISCV_OF_128_BITS("qemu-riscv64", List.of("-cpu", "rv64,v=true,vlen=128,vext_spec=v1.0"), TargetCatalog.RISCV64_V),
    RISCV_OF_256_BITS("qemu-riscv64", List.of("-cpu", "rv64,v=true,vlen=256,vext_spec=v1.0"), TargetCatalog.RISCV64_V),
    WEB_ASSEMBLY("node", List.of(), TargetCatalog.WASM32_SIMD128, TargetCatalog.GENERIC_WASM32);

    private final String program;
    private final List<String> options;
    private final List<Target> targets;

    EmulatedCpu(String program, List<String> options, Target... targets) {
        this.program = program;
        this.options = options;
        this.targets = List.of(targets);
    }

    /** What the CPU runs, and AVX-VNNI's kernels in the encoding of AVX-512 on a CPU that has no other. */
    private static List<Target> nativeTargets() {
        HostCpu cpu = HostCpu.detect();
        return Stream.concat(
                        cpu.targets().stream(),
                        Stream.of(TargetCatalog.avxVnniInAvx512()).filter(cpu::runs))
                .toList();
    }

    public List<Target> targets() {
        return targets;
    }

    /** Name of the program that emulates it; empty for this machine. */
    public String program() {
        return program;
    }

    /** Whether that program is on the PATH. */
    public boolean isHere() {
        return found().isPresent();
    }

    private Optional<Path> found() {
        if (this == THIS_MACHINE) {
            return Optional.of(Path.of(""));
        }
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder).resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The command line that runs {@code executable}. */
    List<String> command(String executable) {
        return Stream.of(Stream.of(found().orElseThrow().toString()), options.stream(), Stream.of(executable))
                .flatMap(part -> part)
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
