/**
 * The command line: picocli commands, progress, tables and exit statuses; the only package that prints or exits. Imports
 * every other module, and no other module imports it. Read {@link io.selvedge.cli.Main} first.
 */
@NullMarked
package io.selvedge.cli;

import org.jspecify.annotations.NullMarked;
