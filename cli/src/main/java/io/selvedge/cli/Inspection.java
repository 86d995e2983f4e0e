package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What {@code inspect} tells, for people and for programs. */
interface Inspection {
    List<String> lines();

    ObjectNode tree();
}
