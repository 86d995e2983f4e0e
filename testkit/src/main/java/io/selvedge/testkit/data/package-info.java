/**
 * Data of the shared folder in forms that a data description can name, for the experiments. Imports nothing of the product. Read
 * {@link io.selvedge.testkit.data.DataMain} first.
 */
@NullMarked
package io.selvedge.testkit.data;

import org.jspecify.annotations.NullMarked;
