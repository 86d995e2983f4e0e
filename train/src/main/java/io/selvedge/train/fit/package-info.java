/**
 * Steps of training: batches, losses, the rule that moves parameters, checkpoints. Imports the records of train, graph and
 * libtorch. Read Trainer first.
 */
@NullMarked
package io.selvedge.train.fit;

import org.jspecify.annotations.NullMarked;
