package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Kernel;
import java.util.ArrayList;
import java.util.List;

/** Element-wise kernels that do not compute in f32: plain loops over scalars, which the C compiler may vectorise. */
final class ScalarCode {
    private ScalarCode() {}

    static void write(StepCode code, Kernel.Map map) {
        code.include("wide.h");
        Compute compute = map.compute();
        List<List<Integer>> strides = new ArrayList<>(
                map.inputs().stream().map(Kernel.Strided::strides).toList());
        strides.add(map.output().strides());
        code.declare(ScalarExprCode.function(
                code.named("map"), map.inputs().size(), map.expr(), compute, () -> code.include("half.h")));
        List<DType> dtypes = map.inputs().stream()
                .map(input -> input.weight()
                        ? compute.dtype()
                        : code.buffer(input.buffer()).dtype())
                .toList();
        LoopNest nest = code.divided(LoopNest.of(map.extents(), strides), 1);
        StridedCode.openParts(code, nest.axes(), () -> {
            for (int i = 0; i < dtypes.size(); i++) {
                StridedCode.declare(code, "x" + i, map.inputs().get(i), false, dtypes.get(i));
            }
            StridedCode.declare(code, "y", map.output(), true);
        });
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < dtypes.size(); i++) {
            arguments.add(load(code, compute, dtypes.get(i), StridedCode.element("x" + i, nest.axes(), 0, i)));
        }
        code.line(
                "*(%s) = %s;",
                StridedCode.element("y", nest.axes(), 0, dtypes.size()),
                store(
                        code,
                        compute,
                        code.buffer(map.output().buffer()).dtype(),
                        code.named("map") + "(" + String.join(", ", arguments) + ")"));
        StridedCode.closeParts(code, nest.axes());
    }

    /** The element at a pointer, in the type that is computed in. */
    static String load(StepCode code, Compute compute, DType dtype, String pointer) {
        String value = "*(" + pointer + ")";
        if (CTypes.isHalf(dtype)) {
            code.include("half.h");
            value = (dtype == DType.FLOAT16 ? "sv_float_of_f16(" : "sv_float_of_bf16(") + value + ")";
        }
        if (dtype.float8().isPresent()) {
            code.include("float8.h");
            return "sv_f64_of_" + dtype.text() + "(" + value + ")";
        }
        return dtype == compute.dtype() ? value : "(" + CTypes.of(compute.dtype()) + ")" + value;
    }

    /** A computed value in the type of an element. */
    static String store(StepCode code, Compute compute, DType dtype, String value) {
        if (dtype == compute.dtype()) {
            return value;
        }
        String type = "(" + CTypes.of(dtype) + ")";
        return switch (dtype) {
            case BOOL -> type + "(" + value + " != 0)";
            case FLOAT16, BFLOAT16 -> {
                code.include("half.h");
                yield (dtype == DType.FLOAT16 ? "sv_f16_of_float" : "sv_bf16_of_float") + "((float)" + value + ")";
            }
            case FLOAT32, FLOAT64 -> type + value;
            case UINT64 -> compute == Compute.F64 ? "sv_u64_of(" + value + ")" : type + value;
            case INT64 -> compute == Compute.F64 ? "sv_s64_of(" + value + ")" : type + value;
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> {
                code.include("float8.h");
                yield "sv_" + dtype.text() + "_of_f64(" + value + ")";
            }
            case INT4 -> type + "sv_s4_of(" + whole(compute, value) + ")";
            case UINT4 -> type + "(" + whole(compute, value) + " & 15)";
            case STRING -> throw new IllegalStateException("kernels do not compute on texts");
            case UINT8, INT8, UINT16, INT16, UINT32, INT32 ->
                compute == Compute.F64 ? type + "sv_s64_of(" + value + ")" : type + value;
        };
    }

    private static String whole(Compute compute, String value) {
        return compute == Compute.F64 ? "sv_s64_of(" + value + ")" : "(long long)" + value;
    }
}
