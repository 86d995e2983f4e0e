/** The planned program of a bundle as data, and the reader of {@code program.bin}. Imports the runtime's exceptions alone. Read Program first. */
package io.selvedge.jvm.program;
