/**
 * Plugins as the user names them: operators in a jar or as a YAML function. Imports the compiler and {@code data}, for its
 * YAML. Read {@link io.selvedge.compress.plugin.PluginFiles} first.
 */
@NullMarked
package io.selvedge.compress.plugin;

import org.jspecify.annotations.NullMarked;
