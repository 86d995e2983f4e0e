/**
 * Where the time of a bundle goes, against what one core of this machine can do: limits that were measured, and layers that were
 * timed. Imports the compiler, the runtime and deploy, which writes what a bundle says of its steps. Read Profiler first.
 */
@NullMarked
package io.selvedge.compress.profile;

import org.jspecify.annotations.NullMarked;
