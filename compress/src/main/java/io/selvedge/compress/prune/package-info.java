/**
 * What can be cut out of a graph and what is least missed: dependency groups of channels, importance, removal of channels and
 * layers, masks of weights. It imports the compiler's graph, operators and passes, and the data of {@code compress.data}; it
 * trains nothing and runs nothing but the reference evaluation. Read {@link io.selvedge.compress.prune.Groups} first.
 */
@org.jspecify.annotations.NullMarked
package io.selvedge.compress.prune;
