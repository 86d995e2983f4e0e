/** Bundles of which ONNX Runtime runs a part. Read HybridModel first. */
@NullMarked
package io.selvedge.fallback;

import org.jspecify.annotations.NullMarked;
