package io.selvedge.runtime;

import java.util.List;
import java.util.Objects;

/**
 * One native library of a bundle and the machine that it needs.
 *
 * @param name such as {@code x86-64-v4+vnni}
 * @param path the part that holds the library, {@code lib/NAME/model.so} or {@code lib/NAME/model.wasm}
 * @param requires CPU flags as Linux writes them into {@code /proc/cpuinfo}
 * @param os {@code linux}, {@code macos}, {@code windows}, or {@code wasm} for a module that a program other than Java loads
 * @param arch {@code x86_64}, {@code aarch64}, {@code riscv64}, or what Java's {@code os.arch} says elsewhere
 */
public record Target(String name, String path, List<String> requires, String os, String arch) {
    public Target {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(os, "os");
        Objects.requireNonNull(arch, "arch");
        PartName.check(path);
        requires = List.copyOf(requires);
    }

    /** A target whose library lies at its usual place below {@code lib/NAME/}. */
    public static Target of(String name, String os, String arch, List<String> requires, String file) {
        return new Target(name, "lib/" + name + "/" + file, requires, os, arch);
    }

    /** A target on Linux whose library lies at its usual place, {@code lib/NAME/model.so}. */
    public static Target linux(String name, String arch, List<String> requires) {
        return of(name, "linux", arch, requires, "model.so");
    }
}
