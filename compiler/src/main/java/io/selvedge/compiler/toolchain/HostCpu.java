package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
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
import java.util.stream.Stream;

/**
 * The machine that this process runs on.
 *
 * @param model the CPU's name, or its architecture when the system does not tell
 * @param arch machine architecture as Linux names it
 * @param flags instruction set flags as Linux names them in {@code /proc/cpuinfo}; empty where it does not exist
 * @param cores hardware threads that this process may use
 * @param os name and version of the operating system
 * @param jdk version of the running Java
 */
public record HostCpu(String model, String arch, Set<String> flags, int cores, String os, String jdk) {
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
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
    }

    /** The first processor that the text of {@code /proc/cpuinfo} describes; {@code osArch} as Java names it. */
    static HostCpu parse(String cpuinfo, String osArch, int cores, String os, String jdk) {
        Set<String> flags = Stream.of("flags", "Features")
                .flatMap(name -> field(cpuinfo, name).stream())
                .flatMap(line -> Arrays.stream(line.split("\\s+")))
                .filter(flag -> !flag.isEmpty())
                .collect(Collectors.toSet());
        field(cpuinfo, "isa").ifPresent(isa -> flags.addAll(extensions(isa)));
        String arch = osArch.equals("amd64") ? "x86_64" : osArch.equals("arm64") ? "aarch64" : osArch;
        return new HostCpu(field(cpuinfo, "model name").orElse(osArch), arch, flags, cores, os, jdk);
    }

    /** The letters and names of {@code rv64imafdcv_zicsr_zifencei}. */
    private static List<String> extensions(String isa) {
        String[] names = isa.split("_");
        return Stream.concat(
                        names[0].substring(Math.min(4, names[0].length()))
                                .chars()
                                .mapToObj(Character::toString),
                        Arrays.stream(names).skip(1))
                .toList();
    }

    private static Optional<String> field(String cpuinfo, String name) {
        return cpuinfo.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /** Whether this CPU runs the target's code. */
    public boolean runs(Target target) {
        return target.runsOn(arch, flags);
    }

    /** All targets whose code this CPU runs, best first; the last is plain C. */
    public List<Target> targets() {
        return TargetCatalog.all().stream().filter(this::runs).toList();
    }

    /**
     * The best target whose code this CPU runs.
     *
     * @throws SelvedgeException BAD_OPTION on an architecture that there is no code for
     */
    public Target best() {
        return targets().stream()
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "there is no target for this machine's architecture, " + arch + "; there are targets for "
                                + TargetCatalog.all().stream()
                                        .map(Target::arch)
                                        .distinct()
                                        .toList()));
    }

    /** Name of the {@link #best} target. */
    public String bestTarget() {
        return best().name();
    }

    /** Why this machine does not run a target's code, in a few words; empty when it does. */
    public Optional<String> lackFor(Target target) {
        if (runs(target)) {
            return Optional.empty();
        }
        if (!target.arch().equals(arch)) {
            return Optional.of("it is for " + target.arch() + " and this is " + arch);
        }
        return Optional.of("this CPU lacks "
                + target.cpuFlags().stream()
                        .filter(flag -> !flags.contains(flag))
                        .sorted()
                        .collect(Collectors.joining(" ")));
    }
}
