/** Lays a program out in memory. Imports program, ir and diag. Read MemoryPlanner first. */
@NullMarked
package io.selvedge.compiler.memory;

import org.jspecify.annotations.NullMarked;
