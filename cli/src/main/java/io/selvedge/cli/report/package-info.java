/**
 * What a deployment found, as {@code report.json} and as one self-contained page. Imports the records of {@code
 * compress.deploy}, Jackson and jmustache; prints nothing. Read {@link io.selvedge.cli.report.Report} first.
 */
@NullMarked
package io.selvedge.cli.report;

import org.jspecify.annotations.NullMarked;
