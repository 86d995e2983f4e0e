@NullMarked
package io.selvedge.compress;

import org.jspecify.annotations.NullMarked;
