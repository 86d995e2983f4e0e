package io.selvedge.compiler.tflite;

/** Restates one operator of a TFLite file by operators of ai.onnx and delivers each of its results. */
@FunctionalInterface
interface TfliteTranslator {
    /** Restates the operator.
     *  @throws io.selvedge.compiler.diag.SelvedgeException UNSUPPORTED_OP for a form that is not supported */
    void translate(TfliteCall call);
}
