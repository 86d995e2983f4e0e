@NullMarked
package io.selvedge.testkit;

import org.jspecify.annotations.NullMarked;
