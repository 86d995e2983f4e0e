/**
 * Known architectures with random weights, for tests and benches that need no trained model. Imports ir and op. Read
 * {@link io.selvedge.testkit.net.Network} first.
 */
@NullMarked
package io.selvedge.testkit.net;

import org.jspecify.annotations.NullMarked;
