/**
 * What the demo needs besides the tool itself: text lines with exact labels, drawn here. Imports {@code compress.data} and
 * the font reader of PDFBox. Read {@link io.selvedge.cli.demo.TextLines} first.
 */
@NullMarked
package io.selvedge.cli.demo;

import org.jspecify.annotations.NullMarked;
