/** Programs that are started as processes of their own, to time the start. Import nothing of bench. Read {@link io.selvedge.bench.start.SelvedgeStart} first. */
@NullMarked
package io.selvedge.bench.start;

import org.jspecify.annotations.NullMarked;
