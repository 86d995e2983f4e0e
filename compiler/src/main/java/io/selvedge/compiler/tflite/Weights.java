package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.Optional;

/** Matrices, filters and biases of layers, in the form in which fusion recognises them as quantised. */
final class Weights {
    private Weights() {}

    /** A matrix or filter with its axes in another order, as integers behind a DequantizeLinear where it has steps. */
    static String moved(TfliteCall call, int input, Integer... perm) {
        TfliteTensor tensor = call.tensor(input);
        Optional<Tensor> constant = call.stored(input);
        if (constant.isEmpty()) {
            return call.transposed(call.real(input), perm);
        }
        if (!tensor.quantized()) {
            return call.constant(
                    tensor.name(),
                    TfliteGraph.transposed(
                            constant.get().dtype() == DType.FLOAT16
                                    ? call.dequantized(constant.get(), Optional.empty())
                                    : constant.get(),
                            perm));
        }
        TfliteTensor.Steps steps = tensor.steps().orElseThrow();
        if (!steps.single()) {
            TfliteCall.innerOf(constant.get().type(), steps);
        }
        Tensor moved = TfliteGraph.transposed(constant.get(), perm);
        int axis = steps.single() ? 0 : Arrays.asList(perm).indexOf(TfliteCall.axis(steps.axis(), perm.length));
        return signed(call, tensor.name(), moved, steps, axis);
    }

    /** Integers that fit into a byte around their zero points need none: the products of kernels then are those of int8. */
    private static String signed(TfliteCall call, String name, Tensor integers, TfliteTensor.Steps steps, int axis) {
        int inner = steps.single()
                ? 1
                : TfliteCall.innerOf(integers.type(), new TfliteTensor.Steps(steps.scales(), steps.zeros(), axis));
        int channels = steps.scales().size();
        for (int i = 0; i < integers.elements(); i++) {
            long centred = integers.getLong(i) - steps.zero(i / inner % channels);
            if (centred != (byte) centred) {
                return call.dequantize(call.constant(name, integers), steps, integers.dtype(), axis);
            }
        }
        Tensor centred = Tensor.integers(
                new TensorType(DType.INT8, integers.shape()),
                i -> integers.getLong(i) - steps.zero(i / inner % channels));
        TfliteTensor.Steps around = new TfliteTensor.Steps(
                steps.scales(), steps.zeros().stream().map(_ -> 0L).toList(), axis);
        return call.dequantize(call.constant(name, centred), around, DType.INT8, axis);
    }

    /** Sums at int32 of a product of steps as real numbers; the scale is the product of the factors' scales. */
    static Optional<String> bias(TfliteCall call, int input, int factor, int weights) {
        if (!call.has(input)) {
            return Optional.empty();
        }
        Optional<Tensor> constant = call.stored(input);
        if (constant.isEmpty() || constant.get().dtype().isFloat()) {
            return Optional.of(call.real(input));
        }
        Optional<TfliteTensor.Steps> product = call.tensor(input).steps().or(() -> product(call, factor, weights));
        if (product.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    "has an integer bias '" + call.tensor(input).name() + "' and no scale for it");
        }
        if (constant.get().dtype() == DType.INT32) {
            return Optional.of(call.dequantize(
                    call.constant(call.tensor(input).name(), constant.get()), product.get(), DType.INT32, 0));
        }
        return Optional.of(call.constant(call.dequantized(constant.get(), product)));
    }

    private static Optional<TfliteTensor.Steps> product(TfliteCall call, int factor, int weights) {
        return call.tensor(factor)
                .steps()
                .flatMap(x -> call.tensor(weights)
                        .steps()
                        .map(w -> new TfliteTensor.Steps(
                                w.scales().stream()
                                        .map(scale -> scale * x.scale(0))
                                        .toList(),
                                w.zeros().stream().map(_ -> 0L).toList(),
                                0)));
    }
}
