/**
 * The executor that runs a bundle's planned program in Java, where no native library fits. Imports its own packages and the
 * runtime. Read {@link io.selvedge.jvm.JvmExecutor} first.
 */
package io.selvedge.jvm;
