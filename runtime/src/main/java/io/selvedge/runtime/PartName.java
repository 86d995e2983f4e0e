package io.selvedge.runtime;

/** Names of a bundle's parts: relative paths of plain characters, so that no name can lead out of a folder. */
final class PartName {
    static final String MANIFEST = "manifest.json";
    /** In coded bundles all that is in the manifest, while {@link #MANIFEST} only says how to read it. */
    static final String CODED_MANIFEST = "manifest";

    static final String WEIGHTS = "weights.bin";
    /** The planned program, for executors that are no native code. */
    static final String PROGRAM = "program.bin";
    /** In bundles of which another runtime runs some parts. */
    static final String PLAN = "plan.json";

    private static final int MAX_LENGTH = 200;
    private static final int PRINTABLE_LENGTH = 80;

    private PartName() {}

    /** Whether it is a part that says what the others are. */
    static boolean isManifest(String name) {
        return name.equals(MANIFEST) || name.equals(CODED_MANIFEST);
    }

    static boolean isPlain(String name) {
        boolean first = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isLetterOrDigit(c) && c != '_' && c != '+' && (first || c != '.' && c != '-' && c != '/')) {
                return false;
            }
            first = c == '/';
        }
        return !first && name.length() <= MAX_LENGTH;
    }

    /** Of ASCII; not by a regular expression, because this is on the way to a first result. */
    static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
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
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), PRINTABLE_LENGTH); i++) {
            char c = name.charAt(i);
            plain.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return name.length() <= PRINTABLE_LENGTH
                ? plain.toString()
                : plain.append("...").toString();
    }
}
