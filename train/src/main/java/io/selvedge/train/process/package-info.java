/**
 * Training in a process of its own, with the environment that libtorch is fast in: its memory ends with it, and it can be killed.
 * Imports the rest of train. Read TrainingProcess first.
 */
@NullMarked
package io.selvedge.train.process;

import org.jspecify.annotations.NullMarked;
