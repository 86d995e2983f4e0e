package io.selvedge.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What native code may count on.
 *
 * @param flags those that every processor has, as {@code /proc/cpuinfo} names them; empty where it does not exist
 */
record Cpu(String os, String arch, Set<String> flags) {
    static Cpu detect() {
        String cpuinfo;
        try {
            cpuinfo = Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            cpuinfo = "";
        }
        return parse(System.getProperty("os.name"), System.getProperty("os.arch"), cpuinfo);
    }

    static Cpu parse(String osName, String osArch, String cpuinfo) {
        String os = osName.toLowerCase(Locale.ROOT);
        String plainOs = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "macos" : os;
        String arch = osArch.equals("amd64") ? "x86_64" : osArch.equals("arm64") ? "aarch64" : osArch;
        // Processors of one machine may differ, and a thread may run on any of them.
        Set<String> common = cpuinfo.lines()
                .map(Cpu::features)
                .filter(features -> !features.isEmpty())
                .reduce((a, b) -> {
                    a.retainAll(b);
                    return a;
                })
                .orElse(Set.of());
        return new Cpu(plainOs, arch, common);
    }

    /** What a line says: x86 lists flags, Arm features, RISC-V an instruction set like {@code rv64imafdcv_zicsr}. */
    private static Set<String> features(String line) {
        int colon = line.indexOf(':');
        String key = colon < 0 ? "" : line.substring(0, colon).strip();
        String value = line.substring(colon + 1).strip();
        Set<String> features = new TreeSet<>();
        if (key.equals("flags") || key.equals("Features")) {
            features.addAll(Arrays.asList(value.split("\\s+")));
        } else if (key.equals("isa") && value.startsWith("rv64")) {
            String[] names = value.substring("rv64".length()).split("_");
            features.addAll(Arrays.asList(names[0].split("")));
            features.addAll(Arrays.asList(names).subList(1, names.length));
        }
        return features;
    }

    boolean runs(Target target) {
        return target.os().equals(os) && target.arch().equals(arch) && flags.containsAll(target.requires());
    }

    /** Name of the target whose code every CPU of this architecture runs. */
    String plainTarget() {
        return arch.equals("x86_64") ? "generic" : "generic-" + arch;
    }

    /** Why this machine does not run {@code target}, in a few words. */
    String lackFor(Target target) {
        if (!target.os().equals(os) || !target.arch().equals(arch)) {
            return target.name() + " is for " + target.os() + " on " + target.arch();
        }
        List<String> missing =
                target.requires().stream().filter(flag -> !flags.contains(flag)).toList();
        return target.name() + " needs " + String.join(" ", missing);
    }
}
