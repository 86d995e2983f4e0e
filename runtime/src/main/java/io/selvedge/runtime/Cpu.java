package io.selvedge.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeSet;

/**
 * What native code may count on.
 *
 * @param flags those that every processor has, as {@code /proc/cpuinfo} names them; empty where it does not exist
 * @param processors those that this process may use
 */
record Cpu(String os, String arch, Set<String> flags, int processors) {
    Cpu(String os, String arch, Set<String> flags) {
        this(os, arch, flags, Runtime.getRuntime().availableProcessors());
    }

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
        Optional<Set<String>> common = Optional.empty();
        Set<String> seen = new HashSet<>();
        StringTokenizer lines = new StringTokenizer(cpuinfo, "\n");
        while (lines.hasMoreTokens()) {
            String line = lines.nextToken();
            Set<String> features = seen.add(line) ? features(line) : Set.of();
            if (!features.isEmpty() && common.isPresent()) {
                common.get().retainAll(features);
            } else if (!features.isEmpty()) {
                common = Optional.of(features);
            }
        }
        return new Cpu(plainOs, arch, common.isPresent() ? common.get() : Set.of());
    }

    /** What a line says: x86 lists flags, Arm features, RISC-V an instruction set like {@code rv64imafdcv_zicsr}. */
    private static Set<String> features(String line) {
        if (line.startsWith("flags") || line.startsWith("Features")) {
            return words(line.substring(line.indexOf(':') + 1), " \t");
        }
        int letters = line.indexOf("rv64") + 4;
        if (!line.startsWith("isa") || letters < 4) {
            return Set.of();
        }
        int end = line.indexOf('_') < 0 ? line.length() : line.indexOf('_');
        Set<String> features = words(line.substring(end), "_");
        for (int i = letters; i < end; i++) {
            features.add(line.substring(i, i + 1));
        }
        return features;
    }

    /** Not by a regular expression, nor are lines by streams: this is on the way to a first result. */
    private static Set<String> words(String text, String between) {
        Set<String> words = new TreeSet<>();
        StringTokenizer tokens = new StringTokenizer(text, between);
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
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
