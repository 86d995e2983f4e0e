/**
 * Fuzz targets of everything that reads what a user brings: models, data, bundles. A test run replays the seeds and the
 * corpus in src/test/resources, {@code ./selvedge fuzz} looks for more. Read Bounds first.
 */
package io.selvedge.testkit.fuzz;
