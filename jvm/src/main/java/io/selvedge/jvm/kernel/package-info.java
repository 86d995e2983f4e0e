/** The program's kernels in plain Java, and where their inner loops can be replaced. Imports program and the runtime's exceptions. Read Executable first. */
package io.selvedge.jvm.kernel;
