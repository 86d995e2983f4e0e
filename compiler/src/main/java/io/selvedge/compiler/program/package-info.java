/** What operators lower to: buffers with a physical layout and kernels over them. Imports ir and diag. Read Program first, then Kernel. */
@NullMarked
package io.selvedge.compiler.program;

import org.jspecify.annotations.NullMarked;
