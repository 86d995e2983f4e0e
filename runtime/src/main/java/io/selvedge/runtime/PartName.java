package io.selvedge.runtime;

import java.util.regex.Pattern;

/** Names of a bundle's parts: relative paths of plain characters, so that no name can lead out of a folder. */
final class PartName {
    static final String MANIFEST = "manifest.json";
    static final String WEIGHTS = "weights.bin";
    /** In bundles of which another runtime runs some parts. */
    static final String PLAN = "plan.json";

    private static final int MAX_LENGTH = 200;
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z0-9_+][A-Za-z0-9_+.-]*(/[A-Za-z0-9_+][A-Za-z0-9_+.-]*)*");

    private PartName() {}

    static boolean isPlain(String name) {
        return name.length() <= MAX_LENGTH && PLAIN.matcher(name).matches();
    }

    static String check(String name) {
        if (!isPlain(name)) {
            throw new IllegalArgumentException(
                    "'" + printable(name) + "' is no name of a part; needed a relative path of"
                            + " letters, digits and _+.- whose folders do not begin with a dot, at most 200 characters");
        }
        return name;
    }

    /** A name from a damaged file, made fit for a terminal. */
    static String printable(String name) {
        String plain = name.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() <= 80 ? plain : plain.substring(0, 80) + "...";
    }
}
