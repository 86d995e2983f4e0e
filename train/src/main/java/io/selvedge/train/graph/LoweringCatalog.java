package io.selvedge.train.graph;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The operators of ONNX that can be trained through, a line each. */
public final class LoweringCatalog {
    private static final Map<String, Lowering> ALL = new TreeMap<>(Map.ofEntries(
            Map.entry("Abs", Elementwise.unary(Tensor::abs)),
            Map.entry("Acos", Elementwise.unary(Tensor::acos)),
            Map.entry("Acosh", Elementwise.unary(Tensor::acosh)),
            Map.entry("Add", Elementwise.binary(Tensor::add)),
            Map.entry("Asin", Elementwise.unary(Tensor::asin)),
            Map.entry("Asinh", Elementwise.unary(Tensor::asinh)),
            Map.entry("Atan", Elementwise.unary(Tensor::atan)),
            Map.entry("Atanh", Elementwise.unary(Tensor::atanh)),
            Map.entry("AveragePool", Lowering.of(Pools::pool)),
            Map.entry("BatchNormalization", Lowering.of(Normalizing::batch)),
            Map.entry("Cast", Lowering.of(Elementwise::cast)),
            Map.entry("Ceil", Elementwise.unary(x -> Elementwise.straightThrough(x, x.ceil()))),
            Map.entry("Celu", Lowering.of(Elementwise::activation)),
            Map.entry("Clip", Lowering.of(Elementwise::clip)),
            Map.entry("Concat", Lowering.of(Moving::concat)),
            Map.entry("Conv", Lowering.of(Convolutions::conv)),
            Map.entry("ConvTranspose", Lowering.of(Convolutions::transposed)),
            Map.entry("Cos", Elementwise.unary(Tensor::cos)),
            Map.entry("Cosh", Elementwise.unary(Tensor::cosh)),
            Map.entry("DepthToSpace", Lowering.of(Moving::depthToSpace)),
            Map.entry("DequantizeLinear", Quantizing.DEQUANTIZE),
            Map.entry("Div", Lowering.of(Elementwise::div)),
            Map.entry("Elu", Lowering.of(Elementwise::activation)),
            Map.entry("Erf", Elementwise.unary(Elementwise::erf)),
            Map.entry("Exp", Elementwise.unary(Tensor::exp)),
            Map.entry("Expand", Lowering.withConstants(Lowering.of(Moving::expand), 1)),
            Map.entry("Flatten", Lowering.of(Moving::reshape)),
            Map.entry("Floor", Elementwise.unary(x -> Elementwise.straightThrough(x, x.floor()))),
            Map.entry("GRU", new Recurrence()),
            Map.entry("Gather", Lowering.of(Moving::gather)),
            Map.entry("GatherElements", Lowering.of(Moving::gatherElements)),
            Map.entry("Gelu", Lowering.of(Elementwise::gelu)),
            Map.entry("Gemm", Lowering.of(Products::gemm)),
            Map.entry("GlobalAveragePool", Lowering.of(Pools::global)),
            Map.entry("GlobalMaxPool", Lowering.of(Pools::global)),
            Map.entry("HardSigmoid", Lowering.of(Elementwise::activation)),
            Map.entry("HardSwish", Elementwise.unary(torch::hardswish)),
            Map.entry("Identity", Elementwise.unary(x -> x)),
            Map.entry("InstanceNormalization", Lowering.of(Normalizing::instance)),
            Map.entry("LRN", Lowering.of(Normalizing::acrossChannels)),
            Map.entry("LSTM", new Recurrence()),
            Map.entry("LayerNormalization", Normalizing::layer),
            Map.entry("LeakyRelu", Lowering.of(Elementwise::activation)),
            Map.entry("Log", Elementwise.unary(Tensor::log)),
            Map.entry("LogSoftmax", Lowering.of(Reductions::softmax)),
            Map.entry("MatMul", Lowering.of(Products::matMul)),
            Map.entry("Max", Elementwise.variadic(Tensor::maximum)),
            Map.entry("MaxPool", Lowering.of(Pools::pool)),
            Map.entry("Mean", Lowering.of(Elementwise::mean)),
            Map.entry("Min", Elementwise.variadic(Tensor::minimum)),
            Map.entry("Mish", Elementwise.unary(Elementwise::mish)),
            Map.entry("Mul", Elementwise.binary(Tensor::mul)),
            Map.entry("Neg", Elementwise.unary(Tensor::neg)),
            Map.entry("PRelu", Elementwise.binary(Elementwise::prelu)),
            Map.entry("Pad", Lowering.withConstants(Lowering.of(Moving::pad), 1, 2)),
            Map.entry("Pow", Lowering.of(Elementwise::pow)),
            Map.entry("QuantizeLinear", Quantizing.QUANTIZE),
            Map.entry("RNN", new Recurrence()),
            Map.entry("Reciprocal", Elementwise.unary(Tensor::reciprocal)),
            Map.entry("ReduceL1", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceL2", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceLogSum", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceLogSumExp", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceMax", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceMean", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceMin", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceProd", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceSum", Lowering.of(Reductions::reduce)),
            Map.entry("ReduceSumSquare", Lowering.of(Reductions::reduce)),
            Map.entry("Relu", Elementwise.unary(Tensor::relu)),
            Map.entry("Reshape", Lowering.of(Moving::reshape)),
            Map.entry("Resize", new Resizing()),
            Map.entry("Round", Elementwise.unary(Elementwise::round)),
            Map.entry("Selu", Lowering.of(Elementwise::activation)),
            Map.entry("Shrink", Lowering.of(Elementwise::activation)),
            Map.entry("Sigmoid", Elementwise.unary(Tensor::sigmoid)),
            Map.entry("Sin", Elementwise.unary(Tensor::sin)),
            Map.entry("Sinh", Elementwise.unary(Tensor::sinh)),
            Map.entry("Slice", Lowering.withConstants(Lowering.of(Moving::slice), 1, 2, 3, 4)),
            Map.entry("Softmax", Lowering.of(Reductions::softmax)),
            Map.entry("Softplus", Elementwise.unary(Elementwise::softplus)),
            Map.entry("Softsign", Elementwise.unary(Elementwise::softsign)),
            Map.entry("SpaceToDepth", Lowering.of(Moving::spaceToDepth)),
            Map.entry("Split", Lowering.withConstants(Moving::split, 1)),
            Map.entry("Sqrt", Elementwise.unary(Tensor::sqrt)),
            Map.entry("Squeeze", Lowering.of(Moving::reshape)),
            Map.entry("Sub", Elementwise.binary(Tensor::sub)),
            Map.entry("Sum", Elementwise.variadic(Tensor::add)),
            Map.entry("Tan", Elementwise.unary(Tensor::tan)),
            Map.entry("Tanh", Elementwise.unary(Tensor::tanh)),
            Map.entry("ThresholdedRelu", Lowering.of(Elementwise::activation)),
            Map.entry("Tile", Lowering.withConstants(Lowering.of(Moving::tile), 1)),
            Map.entry("Transpose", Lowering.of(Moving::transpose)),
            Map.entry("Trilu", Lowering.withConstants(Lowering.of(Moving::trilu), 1)),
            Map.entry("Unsqueeze", Lowering.of(Moving::reshape)),
            Map.entry("Where", Lowering.of(Moving::where))));

    private LoweringCatalog() {}

    /** Types of the operators, sorted. */
    public static Set<String> types() {
        return Collections.unmodifiableSet(ALL.keySet());
    }

    static Optional<Lowering> of(String type) {
        return Optional.ofNullable(ALL.get(type));
    }
}
