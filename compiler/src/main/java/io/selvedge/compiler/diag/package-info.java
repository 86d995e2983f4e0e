/** Coded errors. Imports only the JDK. Read SelvedgeException first. */
@NullMarked
package io.selvedge.compiler.diag;

import org.jspecify.annotations.NullMarked;
