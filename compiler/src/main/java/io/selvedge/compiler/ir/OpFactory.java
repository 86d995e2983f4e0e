package io.selvedge.compiler.ir;

import java.util.Map;

/** Makes the operator that a text or a file names; lets the graph's text format stay ignorant of the operators. */
@FunctionalInterface
public interface OpFactory {
    /**
     * Makes one operator.
     *
     * @param attributes as {@link Op#attributes} gives them
     */
    Op create(String domain, String type, Map<String, Object> attributes);
}
