package io.selvedge.compiler.op;

import java.util.List;

/**
 * What a plugin's jar implements to add operators: the jar names its class in
 * {@code META-INF/services/io.selvedge.compiler.op.OpProvider}, and {@code --plugin FILE.jar} loads it.
 *
 * <p>A factory reads the {@link OpCall} and returns an {@link io.selvedge.compiler.ir.Op}: either one of its own, which has a
 * domain of its own and is {@link io.selvedge.compiler.program.Lowerable} where it shall be compiled, or the last of the
 * built-in operators that it is decomposed into, the others put in front with {@link Composition}.
 */
public interface OpProvider {
    /** The operators, each of a domain and type that no other has. */
    List<OpCatalog.Entry> entries();
}
