package io.selvedge.testkit.acceptance;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.deploy.NativeActivations;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Quantisation as {@code selvedge deploy} does it: activations observed in compiled code, every layer in int8. */
final class Calibrated {
    private Calibrated() {}

    static Graph quantize(Graph simplified, Dataset calibration, Workbench bench) {
        return quantize(simplified, Samples.tensors(simplified, calibration), bench);
    }

    static Graph quantize(Graph simplified, List<Map<String, Tensor>> samples, Workbench bench) {
        try (NativeModel exposing = bench.best(NativeActivations.exposing(simplified))) {
            NativeActivations activations = new NativeActivations(exposing.graph(), exposing.session());
            Ranges ranges = Calibrator.calibrate(simplified, samples, activations, _ -> {});
            return Quantizer.quantize(simplified, ranges, Set.of());
        }
    }
}
