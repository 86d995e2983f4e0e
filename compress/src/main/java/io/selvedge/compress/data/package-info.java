/**
 * A user's data: the description file, the samples it names, and the split into evaluation and calibration. Imports the
 * compiler's {@code ir} and {@code diag}, never {@code eval}. Read {@link io.selvedge.compress.data.DataSource} first.
 */
@NullMarked
package io.selvedge.compress.data;

import org.jspecify.annotations.NullMarked;
