package io.selvedge.train.graph;

import static io.selvedge.train.graph.OperatorCase.attributes;
import static io.selvedge.train.graph.OperatorCase.data;
import static io.selvedge.train.graph.OperatorCase.number;
import static io.selvedge.train.graph.OperatorCase.several;
import static io.selvedge.train.graph.OperatorCase.weight;
import static io.selvedge.train.graph.OperatorCase.whole;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.train.graph.OperatorCase.Data;
import io.selvedge.train.graph.OperatorCase.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Every operator that trains, in its forms. */
final class OperatorCases {
    private static final Map<String, Object> NONE = Map.of();
    private static final Data IMAGE = data(1, 4, 6, 5);

    private OperatorCases() {}

    static Stream<OperatorCase> all() {
        return Stream.of(elementwise(), convolutions(), pools(), normalizations(), moves(), reductions(), others())
                .flatMap(List::stream);
    }

    private static List<OperatorCase> elementwise() {
        List<OperatorCase> cases = new ArrayList<>();
        for (String type : List.of(
                "Abs",
                "Acos",
                "Acosh",
                "Asin",
                "Asinh",
                "Atan",
                "Atanh",
                "Cos",
                "Cosh",
                "Erf",
                "Exp",
                "HardSwish",
                "Identity",
                "Log",
                "Mish",
                "Neg",
                "Reciprocal",
                "Relu",
                "Sigmoid",
                "Sin",
                "Sinh",
                "Softplus",
                "Softsign",
                "Sqrt",
                "Tan",
                "Tanh")) {
            cases.add(OperatorCase.of(type, NONE, IMAGE));
        }
        for (String type : List.of("Ceil", "Floor", "Round")) {
            cases.add(OperatorCase.of(type, NONE, IMAGE).rough());
        }
        for (String type : List.of("Add", "Sub", "Mul", "Div")) {
            cases.add(OperatorCase.of(type, NONE, IMAGE, new Weight(0.5, 2, 4, 1, 1)));
            cases.add(OperatorCase.of(type, NONE, IMAGE, data(1, 4, 6, 5)));
        }
        cases.add(OperatorCase.of("Pow", NONE, IMAGE, number(2)));
        cases.add(OperatorCase.of("Pow", NONE, IMAGE, number(0.5)));
        cases.add(OperatorCase.of("PRelu", NONE, IMAGE, weight(4, 1, 1)));
        for (String type : List.of("Max", "Min", "Sum", "Mean")) {
            cases.add(OperatorCase.of(type, NONE, IMAGE, data(1, 4, 6, 5), weight(5)));
        }
        cases.add(OperatorCase.of("Clip", NONE, IMAGE, number(-0.5), number(1)));
        cases.add(OperatorCase.of("Clip", NONE, IMAGE, number(-1)));
        cases.add(OperatorCase.of("Gelu", NONE, IMAGE));
        cases.add(OperatorCase.of("Gelu", attributes("approximate", "tanh"), IMAGE));
        for (String type : List.of("LeakyRelu", "Elu", "Celu", "ThresholdedRelu")) {
            cases.add(OperatorCase.of(type, attributes("alpha", 0.7), IMAGE));
        }
        cases.add(OperatorCase.of("Selu", NONE, IMAGE));
        cases.add(OperatorCase.of("HardSigmoid", attributes("alpha", 0.3, "beta", 0.4), IMAGE));
        cases.add(OperatorCase.of("Shrink", attributes("lambd", 0.6, "bias", 0.2), IMAGE));
        cases.add(OperatorCase.of("Cast", attributes("to", 1), IMAGE));
        cases.add(OperatorCase.of(
                "Where",
                NONE,
                Tensor.integers(TensorType.of(DType.BOOL, 4, 1, 5), i -> i % 3 == 0 ? 1 : 0),
                IMAGE,
                weight(6, 1)));
        return cases;
    }

    private static Map<String, Object> conv(
            List<Integer> strides, List<Integer> pads, List<Integer> dilations, int group) {
        return attributes("strides", strides, "pads", pads, "dilations", dilations, "group", group);
    }

    private static List<OperatorCase> convolutions() {
        List<Integer> ones = List.of(1, 1);
        return List.of(
                OperatorCase.of("Conv", conv(ones, List.of(1, 1, 1, 1), ones, 1), IMAGE, weight(6, 4, 3, 3), weight(6)),
                OperatorCase.of(
                        "Conv",
                        conv(List.of(2, 2), List.of(0, 0, 1, 1), ones, 1),
                        IMAGE,
                        weight(6, 4, 3, 3),
                        weight(6)),
                OperatorCase.of("Conv", conv(ones, List.of(2, 1, 2, 1), List.of(2, 1), 2), IMAGE, weight(6, 2, 3, 3)),
                OperatorCase.of("Conv", conv(ones, List.of(1, 1, 1, 1), ones, 4), IMAGE, weight(4, 1, 3, 3), weight(4)),
                OperatorCase.of(
                        "Conv",
                        conv(List.of(2), List.of(2, 1), List.of(1), 1),
                        data(1, 4, 9),
                        weight(3, 4, 3),
                        weight(3)),
                OperatorCase.of(
                        "Conv",
                        conv(List.of(1, 2, 1), List.of(1, 0, 1, 1, 1, 0), List.of(1, 1, 1), 1),
                        data(1, 2, 3, 4, 3),
                        weight(3, 2, 2, 2, 2),
                        weight(3)),
                OperatorCase.of(
                        "ConvTranspose", conv(List.of(2, 2), List.of(0, 0, 0, 0), ones, 1), IMAGE, weight(4, 3, 3, 3)),
                OperatorCase.of(
                        "ConvTranspose",
                        attributes(
                                "strides",
                                List.of(2, 1),
                                "pads",
                                List.of(1, 0, 0, 1),
                                "dilations",
                                List.of(1, 2),
                                "output_padding",
                                List.of(1, 0),
                                "group",
                                2),
                        IMAGE,
                        weight(4, 3, 3, 2),
                        weight(6)),
                OperatorCase.of(
                        "ConvTranspose",
                        attributes("strides", List.of(3), "pads", List.of(1, 1)),
                        data(1, 4, 5),
                        weight(4, 2, 4),
                        weight(2)));
    }

    private static Map<String, Object> window(
            List<Integer> kernel, List<Integer> strides, List<Integer> pads, int ceil) {
        return attributes("kernel_shape", kernel, "strides", strides, "pads", pads, "ceil_mode", ceil);
    }

    private static List<OperatorCase> pools() {
        List<OperatorCase> cases = new ArrayList<>();
        for (String type : List.of("MaxPool", "AveragePool")) {
            cases.add(OperatorCase.of(type, window(List.of(2, 2), List.of(2, 2), List.of(0, 0, 0, 0), 0), IMAGE));
            cases.add(OperatorCase.of(type, window(List.of(3, 2), List.of(2, 1), List.of(1, 0, 0, 1), 0), IMAGE));
            cases.add(OperatorCase.of(type, window(List.of(3, 3), List.of(2, 2), List.of(1, 1, 1, 1), 1), IMAGE));
            cases.add(OperatorCase.of(type, window(List.of(3), List.of(2), List.of(1, 1), 0), data(1, 3, 8)));
            cases.add(OperatorCase.of(
                    type,
                    window(List.of(2, 2, 2), List.of(1, 2, 1), List.of(0, 0, 0, 1, 1, 1), 0),
                    data(1, 2, 3, 4, 3)));
        }
        cases.add(OperatorCase.of(
                "AveragePool",
                attributes(
                        "kernel_shape",
                        List.of(3, 3),
                        "strides",
                        List.of(2, 2),
                        "pads",
                        List.of(1, 1, 1, 1),
                        "ceil_mode",
                        1,
                        "count_include_pad",
                        1),
                IMAGE));
        cases.add(OperatorCase.of("GlobalAveragePool", NONE, IMAGE));
        cases.add(OperatorCase.of("GlobalMaxPool", NONE, IMAGE));
        return cases;
    }

    private static List<OperatorCase> normalizations() {
        Weight positive = new Weight(0.5, 2, 4);
        return List.of(
                OperatorCase.of(
                        "BatchNormalization",
                        attributes("epsilon", 1e-3),
                        IMAGE,
                        positive,
                        weight(4),
                        weight(4),
                        positive),
                OperatorCase.of("LayerNormalization", attributes("axis", -1), IMAGE, weight(5), weight(5)),
                several("LayerNormalization", attributes("axis", 2, "epsilon", 1e-3), 3, IMAGE, weight(6, 5)),
                OperatorCase.of("InstanceNormalization", attributes("epsilon", 1e-4), IMAGE, positive, weight(4)),
                OperatorCase.of("LRN", attributes("size", 3, "alpha", 0.1, "beta", 0.6, "bias", 1.5), IMAGE));
    }

    private static List<OperatorCase> moves() {
        return List.of(
                OperatorCase.of("Reshape", NONE, IMAGE, whole(1, 8, 15)),
                OperatorCase.of("Reshape", NONE, IMAGE, whole(0, -1)),
                OperatorCase.of("Reshape", NONE, IMAGE, whole(4, 30)).mixing(),
                OperatorCase.of("Flatten", NONE, IMAGE),
                OperatorCase.of("Squeeze", NONE, data(1, 4, 1, 5), whole(2)),
                OperatorCase.of("Unsqueeze", NONE, IMAGE, whole(1)),
                OperatorCase.of("Expand", NONE, data(1, 4, 1, 5), whole(1, 4, 3, 5)),
                OperatorCase.of("Transpose", attributes("perm", List.of(0, 2, 3, 1)), IMAGE),
                OperatorCase.of("Transpose", attributes("perm", List.of(2, 0, 1, 3)), IMAGE)
                        .mixing(),
                OperatorCase.of("Concat", attributes("axis", 1), IMAGE, data(1, 2, 6, 5)),
                several("Split", attributes("axis", 1), 2, IMAGE, whole(1, 3)),
                OperatorCase.of("Slice", NONE, IMAGE, whole(1, 0), whole(3, 5), whole(1, 3), whole(1, 2)),
                OperatorCase.of("Slice", NONE, IMAGE, whole(5), whole(-7), whole(2), whole(-2)),
                OperatorCase.of("Pad", NONE, IMAGE, whole(0, 0, 1, 2, 0, 0, 2, 0), number(0.5)),
                OperatorCase.of("Pad", attributes("mode", "reflect"), IMAGE, whole(0, 0, 2, 1, 0, 0, 1, 3)),
                OperatorCase.of("Pad", attributes("mode", "edge"), IMAGE, whole(0, 0, 2, 1, 0, 0, 1, 3)),
                OperatorCase.of("Gather", attributes("axis", 2), IMAGE, whole(3, 0, -1, 3)),
                OperatorCase.of(
                                "GatherElements",
                                attributes("axis", 1),
                                data(1, 5),
                                Tensor.longs(new long[] {4, -2, 0}, 1, 3))
                        .mixing(),
                OperatorCase.of("Tile", NONE, IMAGE, whole(1, 2, 1, 3)),
                OperatorCase.of("Trilu", attributes("upper", 0), IMAGE, Tensor.longs(new long[] {1})),
                OperatorCase.of("DepthToSpace", attributes("blocksize", 2), data(1, 8, 3, 2)),
                OperatorCase.of("DepthToSpace", attributes("blocksize", 2, "mode", "CRD"), data(1, 8, 3, 2)),
                OperatorCase.of("SpaceToDepth", attributes("blocksize", 2), data(1, 3, 4, 6)));
    }

    private static List<OperatorCase> reductions() {
        List<OperatorCase> cases = new ArrayList<>();
        for (String type : List.of(
                "ReduceL1",
                "ReduceL2",
                "ReduceLogSum",
                "ReduceLogSumExp",
                "ReduceMax",
                "ReduceMean",
                "ReduceMin",
                "ReduceProd",
                "ReduceSum",
                "ReduceSumSquare")) {
            cases.add(OperatorCase.of(type, attributes("axes", List.of(2, 3), "keepdims", 0), IMAGE));
            cases.add(OperatorCase.of(type, attributes("axes", List.of(1), "keepdims", 1), IMAGE));
        }
        cases.add(OperatorCase.of("Softmax", attributes("axis", -1), IMAGE));
        cases.add(OperatorCase.of("LogSoftmax", attributes("axis", 1), IMAGE));
        return cases;
    }

    private static List<OperatorCase> others() {
        Tensor zero = Tensor.integers(TensorType.of(DType.INT8), _ -> 3);
        Tensor codes = Tensor.integers(TensorType.of(DType.INT8, 4, 3), i -> i * 7 - 40);
        Tensor zeros = Tensor.integers(TensorType.of(DType.INT8, 4), i -> i);
        List<OperatorCase> cases = new ArrayList<>(List.of(
                OperatorCase.of("Gemm", attributes("transB", 1), data(1, 6), weight(3, 6), weight(3)),
                OperatorCase.of("Gemm", attributes("alpha", 0.5, "beta", 2.0), data(1, 6), weight(6, 3), weight(1, 3)),
                OperatorCase.of("Gemm", NONE, data(1, 6), weight(6, 3)),
                OperatorCase.of("MatMul", NONE, data(1, 4, 6), weight(6, 3)),
                OperatorCase.of("MatMul", NONE, data(1, 4, 6), data(1, 6, 3)),
                OperatorCase.of("QuantizeLinear", NONE, IMAGE, number(0.1), zero)
                        .rough(),
                OperatorCase.of("DequantizeLinear", attributes("axis", 0), codes, new Weight(0.1, 1, 4), zeros)
                        .mixing()
                        .rough(),
                resize(attributes("mode", "nearest", "coordinate_transformation_mode", "asymmetric"), 2, 2),
                resize(attributes("mode", "linear", "coordinate_transformation_mode", "half_pixel"), 1.5, 2),
                resize(attributes("mode", "cubic", "coordinate_transformation_mode", "align_corners"), 2, 0.8),
                OperatorCase.of("Resize", attributes("mode", "linear"), IMAGE, "", "", whole(1, 4, 3, 7))));
        for (String direction : List.of("forward", "reverse", "bidirectional")) {
            int d = direction.equals("bidirectional") ? 2 : 1;
            Map<String, Object> form = attributes("hidden_size", 3, "direction", direction);
            Data x = data(5, 1, 4);
            cases.add(several("LSTM", form, 3, x, weight(d, 12, 4), weight(d, 12, 3), weight(d, 24))
                    .mixing());
            cases.add(several("GRU", form, 2, x, weight(d, 9, 4), weight(d, 9, 3), weight(d, 18))
                    .mixing());
            cases.add(several("RNN", form, 2, x, weight(d, 3, 4), weight(d, 3, 3), weight(d, 6))
                    .mixing());
        }
        cases.add(several(
                        "GRU",
                        attributes("hidden_size", 3, "linear_before_reset", 1),
                        2,
                        data(5, 1, 4),
                        weight(1, 9, 4),
                        weight(1, 9, 3),
                        weight(1, 18),
                        "",
                        weight(1, 1, 3))
                .mixing());
        return cases;
    }

    private static OperatorCase resize(Map<String, Object> attributes, double height, double width) {
        return OperatorCase.of(
                "Resize", attributes, IMAGE, "", Tensor.floats(new float[] {1, 1, (float) height, (float) width}, 4));
    }
}
