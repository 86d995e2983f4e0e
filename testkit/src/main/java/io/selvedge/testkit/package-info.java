/**
 * What tests share: ONNX Runtime as an oracle, tolerances, the folder of models and data. Imports the
 * compiler and ONNX Runtime; only tests import it. Read {@link io.selvedge.testkit.OnnxRuntimeOracle} first.
 */
@NullMarked
package io.selvedge.testkit;

import org.jspecify.annotations.NullMarked;
