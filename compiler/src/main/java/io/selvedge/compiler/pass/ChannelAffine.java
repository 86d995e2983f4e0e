package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.Optional;

/** {@code y[n,c,...] = scale[c] * x[n,c,...] + shift[c]} with constants, computed in double. */
record ChannelAffine(double[] scale, double[] shift) {
    /** BatchNormalization with constant parameters. */
    static Optional<ChannelAffine> ofBatchNorm(Graph graph, Node node) {
        Tensor[] parameters = new Tensor[4];
        for (int i = 0; i < 4; i++) {
            Optional<Tensor> parameter = graph.constant(node.input(i + 1));
            if (parameter.isEmpty()) {
                return Optional.empty();
            }
            parameters[i] = parameter.get();
        }
        float epsilon = node.op().attributes().get("epsilon") instanceof Float value ? value : 1e-5f;
        int channels = parameters[0].elements();
        double[] scale = new double[channels];
        double[] shift = new double[channels];
        for (int c = 0; c < channels; c++) {
            scale[c] = parameters[0].getDouble(c) / Math.sqrt(parameters[3].getDouble(c) + epsilon);
            shift[c] = parameters[1].getDouble(c) - parameters[2].getDouble(c) * scale[c];
        }
        return Optional.of(new ChannelAffine(scale, shift));
    }

    /** Mul, Div, Add or Sub of the value at an input position and a constant that varies along axis 1 at most. */
    static Optional<ChannelAffine> ofArithmetic(Graph graph, Node node, int valuePosition) {
        String type = node.op().type();
        Optional<Tensor> constant = graph.constant(node.input(1 - valuePosition));
        if (constant.isEmpty() || !graph.type(node.output()).equals(graph.type(node.input(valuePosition)))) {
            return Optional.empty();
        }
        Optional<double[]> values =
                perChannel(constant.get(), graph.type(node.output()).shape().extents());
        boolean reversed = valuePosition == 1;
        return values.flatMap(v -> switch (type) {
            case "Mul" -> Optional.of(new ChannelAffine(v, new double[v.length]));
            case "Add" -> Optional.of(new ChannelAffine(filled(v.length, 1), v));
            case "Div" ->
                reversed
                        ? Optional.empty()
                        : Optional.of(new ChannelAffine(
                                Arrays.stream(v).map(x -> 1 / x).toArray(), new double[v.length]));
            case "Sub" ->
                reversed
                        ? Optional.of(new ChannelAffine(filled(v.length, -1), v))
                        : Optional.of(new ChannelAffine(
                                filled(v.length, 1),
                                Arrays.stream(v).map(x -> -x).toArray()));
            default -> Optional.empty();
        });
    }

    private static double[] filled(int length, double value) {
        double[] values = new double[length];
        Arrays.fill(values, value);
        return values;
    }

    /** The constant as one value per channel of a tensor with these extents, if it broadcasts that way. */
    static Optional<double[]> perChannel(Tensor constant, int[] extents) {
        int rank = constant.shape().rank();
        if (constant.dtype() != DType.FLOAT32 || extents.length < 2 || rank > extents.length) {
            return Optional.empty();
        }
        double[] values = new double[extents[1]];
        boolean varies = constant.elements() > 1;
        int channelAxis = 1 - (extents.length - rank);
        if (varies
                && (channelAxis < 0
                        || constant.elements() != extents[1]
                        || constant.shape().extent(channelAxis) != extents[1])) {
            return Optional.empty();
        }
        for (int c = 0; c < values.length; c++) {
            values[c] = constant.getDouble(varies ? c : 0);
        }
        return Optional.of(values);
    }

    boolean scales() {
        return Arrays.stream(scale).anyMatch(s -> s != 1);
    }
}
