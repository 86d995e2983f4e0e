/**
 * Measures Selvedge against other runtimes in one process, interleaved, and compares the results. Imports every module and
 * the peers; ships nowhere. Read {@link io.selvedge.bench.BenchMain} first.
 */
@NullMarked
package io.selvedge.bench;

import org.jspecify.annotations.NullMarked;
