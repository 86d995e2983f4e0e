/** The graph: values, tensors, types, nodes. Imports only diag and the JDK. Read Graph first. */
@NullMarked
package io.selvedge.compiler.ir;

import org.jspecify.annotations.NullMarked;
