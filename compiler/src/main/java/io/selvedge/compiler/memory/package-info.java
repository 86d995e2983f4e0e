/** Lays a program out in one arena: how long each buffer lives, and where. Imports program, ir and diag. Read MemoryPlanner first. */
@NullMarked
package io.selvedge.compiler.memory;

import org.jspecify.annotations.NullMarked;
