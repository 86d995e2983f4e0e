/**
 * What makes a model smaller and faster before it is compiled, and decides what is shipped; this package itself is empty.
 * Its packages import the compiler, the runtime and each other downward: {@code deploy}, {@code quant} and {@code eval},
 * {@code data}. Read {@link io.selvedge.compress.deploy.DeployRequest} first.
 */
@NullMarked
package io.selvedge.compress;

import org.jspecify.annotations.NullMarked;
