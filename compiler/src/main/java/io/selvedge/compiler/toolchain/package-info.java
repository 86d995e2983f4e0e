/**
 * The C compiler that turns generated sources into libraries, and what is known about the host. Imports only
 * {@code diag}, {@code target} and the JDK. Read {@link io.selvedge.compiler.toolchain.Toolchain} first.
 */
@NullMarked
package io.selvedge.compiler.toolchain;

import org.jspecify.annotations.NullMarked;
