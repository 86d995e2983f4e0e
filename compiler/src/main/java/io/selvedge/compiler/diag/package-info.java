/** Errors of users, each with a stable code. Imports only the JDK. Read SelvedgeException first. */
@NullMarked
package io.selvedge.compiler.diag;

import org.jspecify.annotations.NullMarked;
