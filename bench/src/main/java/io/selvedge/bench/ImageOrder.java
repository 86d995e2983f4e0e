package io.selvedge.bench;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Transpose;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Images in NCHW and in NHWC. */
final class ImageOrder {
    private ImageOrder() {}

    /** The same graph with Transposes around it, so that inputs and outputs of four axes are NHWC. */
    static Graph channelsLast(Graph graph) {
        GraphBuilder builder = new GraphBuilder(graph.name());
        builder.reserve(graph.types().keySet());
        Map<String, String> inputs = new HashMap<>();
        for (String input : graph.inputs()) {
            TensorType type = graph.type(input);
            builder.input(input, type.shape().rank() == 4 ? last(type) : type);
            inputs.put(
                    input,
                    type.shape().rank() == 4
                            ? builder.add(input + "_nchw", new Transpose(List.of(0, 3, 1, 2)), input)
                            : input);
        }
        for (Map.Entry<String, Tensor> constant : graph.constants().entrySet()) {
            builder.namedConstant(constant.getKey(), constant.getValue());
        }
        for (Node node : graph.nodes()) {
            builder.add(new Node(
                    node.name(),
                    node.op(),
                    node.inputs().stream()
                            .map(input -> inputs.getOrDefault(input, input))
                            .toList(),
                    node.outputs()));
        }
        for (String output : graph.outputs()) {
            boolean image = graph.type(output).shape().rank() == 4;
            builder.output(image ? builder.add(output + "_nhwc", new Transpose(List.of(0, 2, 3, 1)), output) : output);
        }
        return builder.build();
    }

    private static TensorType last(TensorType type) {
        int[] e = type.shape().extents();
        return TensorType.of(type.dtype(), e[0], e[2], e[3], e[1]);
    }

    /** @param e extents as NCHW */
    static ByteBuffer nhwc(ByteBuffer from, int[] e, int elementBytes) {
        ByteBuffer to = ByteBuffer.allocateDirect(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        int plane = e[2] * e[3];
        for (int c = 0; c < e[1]; c++) {
            for (int p = 0; p < plane; p++) {
                to.put((p * e[1] + c) * elementBytes, from, (c * plane + p) * elementBytes, elementBytes);
            }
        }
        return to;
    }

    /** @param e extents as NCHW; values of other ranks stay as they are */
    static float[] nchw(float[] from, int[] e) {
        if (e.length != 4) {
            return from;
        }
        float[] to = new float[from.length];
        int plane = e[2] * e[3];
        for (int c = 0; c < e[1]; c++) {
            for (int p = 0; p < plane; p++) {
                to[c * plane + p] = from[p * e[1] + c];
            }
        }
        return to;
    }
}
