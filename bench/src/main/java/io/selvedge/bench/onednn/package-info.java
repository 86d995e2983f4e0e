/** oneDNN through its C interface, for single layers. Imports the toolchain's work folders. Read {@link io.selvedge.bench.onednn.OneDnn} first. */
@NullMarked
package io.selvedge.bench.onednn;

import org.jspecify.annotations.NullMarked;
