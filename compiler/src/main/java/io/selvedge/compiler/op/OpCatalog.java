package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.OpFactory;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Every operator that Selvedge knows, a line each. */
public final class OpCatalog implements OpFactory {
    /** Opsets of ai.onnx that files may have; an operator is read from the first version that its line names. */
    public static final int OLDEST_OPSET = 1;

    public static final int NEWEST_OPSET = 22;

    /** The opset whose form the graph has. */
    public static final int GRAPH_OPSET = 17;

    /** Operators of ONNX Runtime, which its optimiser and its quantiser leave in files. */
    private static final String CONTRIB = "com.microsoft";

    /** Operators of classical machine learning, as converters of scikit-learn write them. */
    static final String ML = "ai.onnx.ml";

    static final String TRAINING = "ai.onnx.preview.training";

    /**
     * One operator: where it lives, which opsets changed it, how a call becomes an operator.
     *
     * @param domain empty for ai.onnx
     * @param versions opsets of that domain
     */
    public record Entry(String domain, String type, List<Integer> versions, Function<OpCall, Op> factory) {
        public Entry {
            versions = List.copyOf(versions);
        }

        /** The type, with its domain in front unless that is ai.onnx. */
        public String name() {
            return key(domain, type);
        }

        /** The operator with these attributes, in the form that graphs have, outside of any graph. */
        public Op create(Map<String, Object> attributes) {
            int opset = domain.isEmpty() ? GRAPH_OPSET : versions.getLast();
            return factory.apply(
                    new OpCall("", type, opset, new Attributes(attributes), List.of(), 1, new GraphBuilder("")));
        }
    }

    private static final List<Entry> ENTRIES = List.of(
            entry("Abs", Unary::read, 6, 13),
            entry("Acos", Unary::read, 7, 22),
            entry("Acosh", Unary::read, 9, 22),
            entry("Add", Binary::read, 1, 6, 7, 13, 14),
            entry("AffineGrid", AffineGrid::read, 20),
            entry("And", Binary::read, 1, 7),
            entry("ArgMax", ArgReduce::read, 1, 11, 12, 13),
            entry("ArgMin", ArgReduce::read, 1, 11, 12, 13),
            entry("Asin", Unary::read, 7, 22),
            entry("Asinh", Unary::read, 9, 22),
            entry("Atan", Unary::read, 7, 22),
            entry("Atanh", Unary::read, 9, 22),
            entry("AveragePool", Pool::read, 1, 7, 10, 11, 19, 22),
            entry("BatchNormalization", BatchNormalization::read, 1, 6, 7, 9, 14, 15),
            entry("Bernoulli", RandomNumbers::read, 15, 22),
            entry("BitShift", Bitwise::read, 11),
            entry("BitwiseAnd", Bitwise::read, 18),
            entry("BitwiseNot", Bitwise::read, 18),
            entry("BitwiseOr", Bitwise::read, 18),
            entry("BitwiseXor", Bitwise::read, 18),
            entry("BlackmanWindow", AudioTables::readWindow, 17),
            entry("Cast", Cast::read, 6, 9, 13, 19, 21),
            entry("CastLike", Cast::readLike, 15, 19, 21),
            entry("Ceil", Unary::read, 6, 13),
            entry("Celu", Activation::read, 12),
            entry("CenterCropPad", CenterCropPad::read, 18),
            entry("Clip", Clip::read, 6, 11, 12, 13),
            entry("Col2Im", Col2Im::read, 18),
            entry("Compress", Compress::read, 9, 11),
            entry("Concat", Concat::read, 4, 11, 13),
            entry("ConstantOfShape", ConstantOfShape::read, 9, 20, 21),
            entry("Conv", Conv::read, 1, 11, 22),
            entry("ConvInteger", QuantizedOperators::readConvInteger, 10),
            entry("ConvTranspose", ConvTranspose::read, 1, 11, 22),
            entry("Cos", Unary::read, 7, 22),
            entry("Cosh", Unary::read, 9, 22),
            entry("CumSum", CumSum::read, 11, 14),
            entry("DFT", Spectra::readDft, 17, 20),
            entry("DeformConv", DeformConv::read, 19, 22),
            entry("DepthToSpace", DepthToSpace::read, 1, 11, 13),
            entry("DequantizeLinear", DequantizeLinear::read, 10, 13, 19, 21),
            entry("Det", Det::read, 11, 22),
            entry("Div", Binary::read, 1, 6, 7, 13, 14),
            entry("Dropout", Dropout::read, 1, 6, 7, 10, 12, 13, 22),
            entry("DynamicQuantizeLinear", DynamicQuantizeLinear::read, 11),
            entry("Einsum", Einsum::read, 12),
            entry("Elu", Activation::read, 6, 22),
            entry("Equal", Binary::read, 1, 7, 11, 13, 19),
            entry("Erf", Unary::read, 9, 13),
            entry("Exp", Unary::read, 6, 13),
            entry("Expand", Expand::read, 8, 13),
            entry("EyeLike", EyeLike::read, 9, 22),
            entry("Flatten", Flatten::read, 1, 9, 11, 13, 21),
            entry("Floor", Unary::read, 6, 13),
            entry("GRU", Recurrent::read, 1, 3, 7, 14, 22),
            entry("Gather", Gather::read, 1, 11, 13),
            entry("GatherElements", GatherElements::read, 11, 13),
            entry("GatherND", GatherND::read, 11, 12, 13),
            entry("Gelu", Gelu::read, 20),
            entry("Gemm", Gemm::read, 1, 6, 7, 9, 11, 13),
            entry("GlobalAveragePool", GlobalPool::read, 1, 22),
            entry("GlobalLpPool", LpPool::readGlobal, 2, 22),
            entry("GlobalMaxPool", GlobalPool::read, 1, 22),
            entry("Greater", Binary::read, 1, 7, 9, 13),
            entry("GreaterOrEqual", Binary::read, 12, 16),
            entry("GridSample", GridSample::read, 16, 20, 22),
            entry("GroupNormalization", Normalizations::readGroup, 18, 21),
            entry("HammingWindow", AudioTables::readWindow, 17),
            entry("HannWindow", AudioTables::readWindow, 17),
            entry("HardSigmoid", Activation::read, 6, 22),
            entry("HardSwish", Unary::read, 14, 22),
            entry("Hardmax", Hardmax::read, 1, 11, 13),
            entry("Identity", Identity::read, 1, 13, 14, 16, 19, 21),
            entry("ImageDecoder", ImageDecoder::read, 20),
            entry("InstanceNormalization", InstanceNormalization::read, 6, 22),
            entry("IsInf", FloatTest::read, 10, 20),
            entry("IsNaN", FloatTest::read, 9, 13, 20),
            entry("LRN", Lrn::read, 1, 13),
            entry("LSTM", Recurrent::read, 1, 7, 14, 22),
            // Before it was standard, ONNX Runtime's optimiser wrote it as an operator of opset 1.
            entry("LayerNormalization", LayerNormalization::read, 1, 17),
            entry("LeakyRelu", Activation::read, 6, 16),
            entry("Less", Binary::read, 1, 7, 9, 13),
            entry("LessOrEqual", Binary::read, 12, 16),
            entry("Log", Unary::read, 6, 13),
            entry("LogSoftmax", Softmax::read, 1, 11, 13),
            entry("LpNormalization", Normalizations::readLp, 1, 22),
            entry("LpPool", LpPool::read, 2, 11, 18, 22),
            entry("MatMul", MatMul::read, 1, 9, 13),
            entry("MatMulInteger", MatMulInteger::read, 10),
            entry("Max", Variadic::read, 6, 8, 12, 13),
            entry("MaxPool", Pool::read, 1, 8, 10, 11, 12, 22),
            entry("MaxUnpool", MaxUnpool::read, 9, 11, 22),
            entry("Mean", Variadic::read, 6, 8, 13),
            entry("MeanVarianceNormalization", Normalizations::readMeanVariance, 9, 13),
            entry("MelWeightMatrix", AudioTables::readMel, 17),
            entry("Min", Variadic::read, 6, 8, 12, 13),
            entry("Mish", Unary::read, 18, 22),
            entry("Mod", Mod::read, 10, 13),
            entry("Mul", Binary::read, 1, 6, 7, 13, 14),
            entry("Multinomial", RandomNumbers::read, 7, 22),
            entry("Neg", Unary::read, 6, 13),
            entry("NegativeLogLikelihoodLoss", CrossEntropy::read, 12, 13, 22),
            entry("NonMaxSuppression", NonMaxSuppression::read, 10, 11),
            entry("NonZero", NonZero::read, 9, 13),
            entry("Not", Unary::read, 1),
            entry("OneHot", OneHot::read, 9, 11),
            entry("Or", Binary::read, 1, 7),
            entry("PRelu", Binary::read, 1, 6, 7, 9, 16),
            entry("Pad", Pad::read, 2, 11, 13, 18, 19, 21),
            entry("Pow", Binary::read, 1, 7, 12, 13, 15),
            entry("QLinearConv", QuantizedOperators::readConv, 10),
            entry("QLinearMatMul", QuantizedOperators::readMatMul, 10, 21),
            entry("QuantizeLinear", QuantizeLinear::read, 10, 13, 19, 21),
            entry("RNN", Recurrent::read, 1, 7, 14, 22),
            entry("RandomNormal", RandomNumbers::read, 1, 22),
            entry("RandomNormalLike", RandomNumbers::read, 1, 22),
            entry("RandomUniform", RandomNumbers::read, 1, 22),
            entry("RandomUniformLike", RandomNumbers::read, 1, 22),
            entry("Range", Range::read, 11),
            entry("Reciprocal", Unary::read, 6, 13),
            entry("ReduceL1", Reduce::read, 1, 11, 13, 18),
            entry("ReduceL2", Reduce::read, 1, 11, 13, 18),
            entry("ReduceLogSum", Reduce::read, 1, 11, 13, 18),
            entry("ReduceLogSumExp", Reduce::read, 1, 11, 13, 18),
            entry("ReduceMax", Reduce::read, 1, 11, 12, 13, 18, 20),
            entry("ReduceMean", Reduce::read, 1, 11, 13, 18),
            entry("ReduceMin", Reduce::read, 1, 11, 12, 13, 18, 20),
            entry("ReduceProd", Reduce::read, 1, 11, 13, 18),
            entry("ReduceSum", Reduce::read, 1, 11, 13),
            entry("ReduceSumSquare", Reduce::read, 1, 11, 13, 18),
            entry("RegexFullMatch", RegexFullMatch::read, 20),
            entry("Relu", Unary::read, 6, 13, 14),
            entry("Reshape", Reshape::read, 5, 13, 14, 19, 21),
            entry("Resize", Resize::read, 10, 11, 13, 18, 19),
            entry("ReverseSequence", ReverseSequence::read, 10),
            entry("RoiAlign", RoiAlign::read, 10, 16, 22),
            entry("Round", Unary::read, 11, 22),
            entry("STFT", Spectra::readStft, 17),
            entry("Scatter", ScatterElements::read, 9, 11),
            entry("ScatterElements", ScatterElements::read, 11, 13, 16, 18),
            entry("ScatterND", ScatterND::read, 11, 13, 16, 18),
            entry("Selu", Activation::read, 6, 22),
            entry("Shape", ShapeOf::read, 1, 13, 15, 19, 21),
            entry("Shrink", Activation::read, 9),
            entry("Sigmoid", Unary::read, 6, 13),
            entry("Sign", Unary::read, 9, 13),
            // ONNX Runtime's, in the domain of the standard.
            entry("SimplifiedLayerNormalization", ContribNormalizations::readSimplified, 1),
            entry("Sin", Unary::read, 7, 22),
            entry("Sinh", Unary::read, 9, 22),
            entry("Size", SizeOf::read, 1, 13, 19, 21),
            entry("Slice", Slice::read, 1, 10, 11, 13),
            entry("Softmax", Softmax::read, 1, 11, 13),
            entry("SoftmaxCrossEntropyLoss", CrossEntropy::read, 12, 13),
            entry("Softplus", Unary::read, 1, 22),
            entry("Softsign", Unary::read, 1, 22),
            entry("SpaceToDepth", SpaceToDepth::read, 1, 13),
            entry("Split", Split::read, 2, 11, 13, 18),
            entry("Sqrt", Unary::read, 6, 13),
            entry("Squeeze", Squeeze::read, 1, 11, 13, 21),
            entry("StringConcat", StringConcat::read, 20),
            entry("StringNormalizer", StringNormalizer::read, 10),
            entry("StringSplit", StringSplit::read, 20),
            entry("Sub", Binary::read, 1, 6, 7, 13, 14),
            entry("Sum", Variadic::read, 6, 8, 13),
            entry("Tan", Unary::read, 7, 22),
            entry("Tanh", Unary::read, 6, 13),
            entry("TfIdfVectorizer", TfIdfVectorizer::read, 9),
            entry("ThresholdedRelu", Activation::read, 10, 22),
            entry("Tile", Tile::read, 6, 13),
            entry("TopK", TopK::read, 1, 10, 11),
            entry("Transpose", Transpose::read, 1, 13, 21),
            entry("Trilu", Trilu::read, 14),
            entry("Unique", Unique::read, 11),
            entry("Unsqueeze", Unsqueeze::read, 1, 11, 13, 21),
            entry("Upsample", Resize::read, 7, 9),
            entry("Where", Where::read, 9, 16),
            entry("Xor", Binary::read, 1, 7),
            in(CONTRIB, "Attention", ContribAttention::read, 1),
            in(CONTRIB, "BiasGelu", ContribActivations::readBiasGelu, 1),
            in(CONTRIB, "DequantizeLinear", DequantizeLinear::read, 1),
            in(CONTRIB, "DynamicQuantizeMatMul", ContribMatMul::readDynamicQuantize, 1),
            in(CONTRIB, "EmbedLayerNormalization", ContribNormalizations::readEmbed, 1),
            in(CONTRIB, "FastGelu", ContribActivations::readFastGelu, 1),
            in(CONTRIB, "FusedConv", ContribFused::readConv, 1),
            in(CONTRIB, "FusedGemm", ContribFused::readGemm, 1),
            in(CONTRIB, "FusedMatMul", ContribFused::readMatMul, 1),
            in(CONTRIB, "Gelu", Gelu::read, 1),
            in(CONTRIB, "MatMulIntegerToFloat", ContribMatMul::readIntegerToFloat, 1),
            in(CONTRIB, "MatMulNBits", ContribMatMul::readNBits, 1),
            in(CONTRIB, "MultiHeadAttention", ContribAttention::readMultiHead, 1),
            in(CONTRIB, "QLinearAdd", ContribQuantized::readBinary, 1),
            in(CONTRIB, "QLinearAveragePool", ContribQuantized::readAveragePool, 1),
            in(CONTRIB, "QLinearConcat", ContribQuantized::readConcat, 1),
            in(CONTRIB, "QLinearGlobalAveragePool", ContribQuantized::readGlobalAveragePool, 1),
            in(CONTRIB, "QLinearLeakyRelu", ContribQuantized::readUnary, 1),
            in(CONTRIB, "QLinearMul", ContribQuantized::readBinary, 1),
            in(CONTRIB, "QLinearSigmoid", ContribQuantized::readUnary, 1),
            in(CONTRIB, "QLinearSoftmax", ContribQuantized::readSoftmax, 1),
            in(CONTRIB, "QuantizeLinear", QuantizeLinear::read, 1),
            in(CONTRIB, "QuickGelu", ContribActivations::readQuickGelu, 1),
            in(CONTRIB, "RotaryEmbedding", ContribAttention::readRotary, 1),
            in(CONTRIB, "SkipLayerNormalization", ContribNormalizations::readSkip, 1),
            in(CONTRIB, "SkipSimplifiedLayerNormalization", ContribNormalizations::readSkipSimplified, 1),
            in(ML, "ArrayFeatureExtractor", FeatureOperators::readArrayFeatureExtractor, 1),
            in(ML, "Binarizer", FeatureOperators::readBinarizer, 1),
            in(ML, "LabelEncoder", LabelEncoder::read, 1, 2, 4),
            in(ML, "LinearClassifier", FeatureOperators::readLinearClassifier, 1),
            in(ML, "LinearRegressor", FeatureOperators::readLinearRegressor, 1),
            in(ML, "Normalizer", FeatureOperators::readNormalizer, 1),
            in(ML, "Scaler", FeatureOperators::readScaler, 1),
            in(ML, "TreeEnsemble", TreeEnsemble::read, 5),
            in(ML, "TreeEnsembleClassifier", TreeEnsembleClassifier::read, 1, 3),
            in(ML, "TreeEnsembleRegressor", TreeEnsemble::readRegressor, 1, 3),
            in(TRAINING, "Adagrad", Optimizer::read, 1),
            in(TRAINING, "Adam", Optimizer::read, 1),
            in(TRAINING, "Gradient", Gradient::read, 1),
            in(TRAINING, "Momentum", Optimizer::read, 1));

    /** The one catalogue. */
    public static final OpCatalog ALL = new OpCatalog();

    private final Map<String, Entry> byName = new TreeMap<>();

    private OpCatalog() {
        ENTRIES.forEach(entry -> byName.put(key(entry.domain(), entry.type()), entry));
    }

    private static Entry entry(String type, Function<OpCall, Op> factory, Integer... versions) {
        return new Entry("", type, Arrays.asList(versions), factory);
    }

    /** An operator of another domain than ai.onnx. */
    private static Entry in(String domain, String type, Function<OpCall, Op> factory, Integer... versions) {
        return new Entry(domain, type, Arrays.asList(versions), factory);
    }

    private static String key(String domain, String type) {
        return domain.isEmpty() ? type : domain + "." + type;
    }

    /** All entries by {@link Entry#name}. */
    public Stream<Entry> entries() {
        return byName.values().stream();
    }

    public Optional<Entry> find(String domain, String type) {
        return Optional.ofNullable(byName.get(key(domain, type)));
    }

    /** The known name that could be meant, for messages; empty when none is like it. */
    public Optional<String> nearest(String type) {
        return byName.values().stream()
                .filter(known -> distance(type, known.type()) <= type.length() / 2)
                .min(Comparator.comparingInt(known -> distance(type, known.type())))
                .map(Entry::name);
    }

    @Override
    public Op create(String domain, String type, Map<String, Object> attributes) {
        Entry entry = find(domain, type)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "operator '" + key(domain, type) + "' is not known"
                                + nearest(type)
                                        .map(known -> "; nearest is '" + known + "'")
                                        .orElse("")));
        return entry.create(attributes);
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
