/** Writes planned programs as bytes for executors that are no compilers. Imports program and ir's types. Read ProgramBinary first. */
@NullMarked
package io.selvedge.compiler.emit.binary;

import org.jspecify.annotations.NullMarked;
