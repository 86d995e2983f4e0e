/** Image files as bytes of pixels, for the ImageDecoder operator and for data sets. Imports only diag and the JDK. Read ImageFile first. */
@NullMarked
package io.selvedge.compiler.image;

import org.jspecify.annotations.NullMarked;
