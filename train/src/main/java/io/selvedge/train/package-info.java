/**
 * Training of imported models through libtorch, in a process of its own. Imports the compiler, compress and, in its packages
 * {@code graph} and {@code fit}, the only ones of the project that do, org.bytedeco.pytorch. Read TrainRequest first.
 */
@NullMarked
package io.selvedge.train;

import org.jspecify.annotations.NullMarked;
