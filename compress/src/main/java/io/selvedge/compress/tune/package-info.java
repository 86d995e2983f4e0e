/**
 * Chooses among the forms of kernels by timing them on this CPU. Imports the compiler, the runtime and eval. Read Tuner first,
 * then Trial.
 */
@NullMarked
package io.selvedge.compress.tune;

import org.jspecify.annotations.NullMarked;
