package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The machine that this process runs on.
 *
 * @param model the CPU's name, or its architecture when the system does not tell
 * @param flags instruction set flags as Linux names them in {@code /proc/cpuinfo}; empty where it does not exist
 * @param cores hardware threads that this process may use
 * @param os name and version of the operating system
 * @param jdk version of the running Java
 */
public record HostCpu(String model, Set<String> flags, int cores, String os, String jdk) {
    /** Plain C, right on every x86-64. */
    public static final String GENERIC = TargetCatalog.X86_64.name();

    public HostCpu {
        flags = Set.copyOf(flags);
    }

    /** The host of this process. */
    public static HostCpu detect() {
        String cpuinfo;
        try {
            cpuinfo = Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            cpuinfo = "";
        }
        return parse(
                cpuinfo,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
    }

    /** The first processor that the text of {@code /proc/cpuinfo} describes. */
    static HostCpu parse(String cpuinfo, int cores, String os, String jdk) {
        Set<String> flags = field(cpuinfo, "flags").stream()
                .flatMap(line -> Arrays.stream(line.split("\\s+")))
                .filter(flag -> !flag.isEmpty())
                .collect(Collectors.toSet());
        return new HostCpu(field(cpuinfo, "model name").orElse(System.getProperty("os.arch")), flags, cores, os, jdk);
    }

    private static Optional<String> field(String cpuinfo, String name) {
        return cpuinfo.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /** Name of the best target whose code this CPU runs. */
    public String bestTarget() {
        return targets().getFirst();
    }

    /** Names of all targets whose code this CPU runs, best first; the last is {@link #GENERIC}. */
    public List<String> targets() {
        return TargetCatalog.all().stream()
                .filter(target -> flags.containsAll(target.cpuFlags()))
                .map(Target::name)
                .toList();
    }

    /** Flags that {@code target} needs and this CPU lacks, sorted; empty when it runs. */
    public List<String> missingFor(String target) {
        return TargetCatalog.byName(target).cpuFlags().stream()
                .filter(flag -> !flags.contains(flag))
                .sorted()
                .toList();
    }
}
