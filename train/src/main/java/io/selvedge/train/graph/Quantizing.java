package io.selvedge.train.graph;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.QuantizeLinear;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Quantisation as it computes, with the straight-through gradient: 1 inside of the range of codes, 0 outside. */
final class Quantizing {
    private Quantizing() {}

    static final Lowering QUANTIZE = new Lowering() {
        @Override
        public List<Tensor> lower(Call call) {
            QuantizeLinear op = (QuantizeLinear) call.node().op();
            DType dtype = call.outputType().dtype();
            int bits = dtype.isFourBits() ? 4 : 8 * dtype.bytes();
            boolean signed = dtype == DType.INT8 || dtype == DType.INT16 || dtype == DType.INT4;
            double low = signed ? -Math.scalb(1.0, bits - 1) : 0;
            double high = low + Math.scalb(1.0, bits) - 1;
            Tensor x = call.in(0);
            Tensor codes = Elementwise.round(x.div(along(call.in(1), x, op.axis())))
                    .add(along(floating(call.in(2), x), x, op.axis()));
            return List.of(codes.clamp_min(Natively.number(low)).clamp_max(Natively.number(high)));
        }

        @Override
        public Optional<String> obstacle(Node node, Graph graph) {
            DType dtype = graph.type(node.output()).dtype();
            if (dtype.isFloat() || dtype.bytes() > 2) {
                return Optional.of("codes of type " + dtype.text());
            }
            return ((QuantizeLinear) node.op()).block() == 0 ? Optional.empty() : Optional.of("scales of blocks");
        }
    };

    static final Lowering DEQUANTIZE = new Lowering() {
        @Override
        public List<Tensor> lower(Call call) {
            DequantizeLinear op = (DequantizeLinear) call.node().op();
            Tensor scale = call.in(1);
            Tensor x = floating(call.in(0), scale);
            Tensor zero = along(floating(call.in(2), scale), x, op.axis());
            return List.of(x.sub(zero).mul(along(scale, x, op.axis())));
        }

        @Override
        public Optional<String> obstacle(Node node, Graph graph) {
            return ((DequantizeLinear) node.op()).block() == 0 ? Optional.empty() : Optional.of("scales of blocks");
        }
    };

    private static Tensor floating(Tensor codes, Tensor like) {
        return codes.toType(like.scalar_type());
    }

    /** One number as it is, else a vector along an axis. */
    static Tensor along(Tensor parameter, Tensor x, int axis) {
        if (parameter.numel() == 1) {
            return parameter.reshape();
        }
        long[] extents = new long[(int) x.dim()];
        java.util.Arrays.fill(extents, 1);
        extents[(int) Call.axis(axis, extents.length)] = parameter.numel();
        return parameter.reshape(extents);
    }
}
