package io.selvedge.cli.report;

/** Names of a model's nodes and values where there is little room: they tell apart at their ends. */
public final class NodeName {
    private NodeName() {}

    /** At most {@code length} letters: {@code …/block2/conv1}, from a slash on where one is near. */
    public static String tail(String name, int length) {
        if (name.length() <= length) {
            return name;
        }
        String end = name.substring(name.length() - length + 1);
        int slash = end.indexOf('/');
        return "…" + (slash > 0 && slash < length / 2 ? end.substring(slash) : end);
    }
}
