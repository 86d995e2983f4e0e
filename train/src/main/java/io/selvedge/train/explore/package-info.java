/**
 * Combinations of pruning, distillation and quantisation, tried under a budget of time. Imports the rest of train. Read Explorer
 * first.
 */
@NullMarked
package io.selvedge.train.explore;

import org.jspecify.annotations.NullMarked;
