package io.selvedge.compiler.tflite;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The built-in operators of TFLite: a line for each that is read, and a line for each that is refused, with the reason. */
public final class TfliteCatalog {
    private static final int CUSTOM = 32;
    private static final String STATE = "keeps state between calls; make the state an input and an output";
    private static final String FLOW = "control flow; decide branches and unroll loops before converting";
    private static final String DATA = "the result's shape depends on the data";
    private static final String TEXT = "works on text or tables of keys";
    private static final String RARE = "not used by the networks that were looked at";

    /**
     * An operator that is read.
     *
     * @param number in the file
     * @param becomes ONNX operators that it is restated by
     */
    public record Supported(int number, String name, String becomes, TfliteTranslator translator) {}

    /** An operator that is not read. */
    public record Refused(int number, String name, String reason) {}

    /** Every operator that is read, by number. */
    public static final List<Supported> SUPPORTED = List.of(
            read(0, "ADD", "Add", Arithmetic.activated("Add")),
            read(1, "AVERAGE_POOL_2D", "AveragePool", Pooling::average),
            read(2, "CONCATENATION", "Concat", Slicing::concatenation),
            read(3, "CONV_2D", "Conv", Convolutions::conv),
            read(4, "DEPTHWISE_CONV_2D", "Conv", Convolutions::depthwise),
            read(5, "DEPTH_TO_SPACE", "DepthToSpace", Shapes::depthToSpace),
            read(6, "DEQUANTIZE", "DequantizeLinear, Cast", Conversions::convert),
            read(8, "FLOOR", "Floor", Activations.same("Floor")),
            read(9, "FULLY_CONNECTED", "Gemm", DenseLayers::fullyConnected),
            read(11, "L2_NORMALIZATION", "ReduceL2, Max, Div", Activations::l2Normalization),
            read(12, "L2_POOL_2D", "Mul, AveragePool, Sqrt", Pooling::l2),
            read(13, "LOCAL_RESPONSE_NORMALIZATION", "LRN", Activations::localResponse),
            read(14, "LOGISTIC", "Sigmoid", Activations.same("Sigmoid")),
            read(17, "MAX_POOL_2D", "MaxPool", Pooling::max),
            read(18, "MUL", "Mul", Arithmetic.activated("Mul")),
            read(19, "RELU", "Relu", Activations.same("Relu")),
            read(20, "RELU_N1_TO_1", "Clip", Activations.clipped(-1, 1)),
            read(21, "RELU6", "Clip", Activations.clipped(0, 6)),
            read(22, "RESHAPE", "Reshape", Shapes::reshape),
            read(23, "RESIZE_BILINEAR", "Resize", Resizing::bilinear),
            read(25, "SOFTMAX", "Softmax", Activations::softmax),
            read(26, "SPACE_TO_DEPTH", "SpaceToDepth", Shapes::spaceToDepth),
            read(28, "TANH", "Tanh", Activations.same("Tanh")),
            read(34, "PAD", "Pad", Padding::pad),
            read(36, "GATHER", "Gather", Slicing::gather),
            read(37, "BATCH_TO_SPACE_ND", "Reshape, Transpose, Slice", Shapes::batchToSpace),
            read(38, "SPACE_TO_BATCH_ND", "Pad, Reshape, Transpose", Shapes::spaceToBatch),
            read(39, "TRANSPOSE", "Transpose", Shapes::transpose),
            read(40, "MEAN", "GlobalAveragePool, ReduceMean", Reductions::mean),
            read(41, "SUB", "Sub", Arithmetic.activated("Sub")),
            read(42, "DIV", "Div", Arithmetic.activated("Div")),
            read(43, "SQUEEZE", "Reshape", Shapes::squeeze),
            read(45, "STRIDED_SLICE", "Slice, Reshape", Slicing::stridedSlice),
            read(47, "EXP", "Exp", Activations.same("Exp")),
            read(48, "TOPK_V2", "TopK", Reductions::topK),
            read(49, "SPLIT", "Split", Slicing::split),
            read(50, "LOG_SOFTMAX", "LogSoftmax", Activations::logSoftmax),
            read(53, "CAST", "Cast", Conversions::cast),
            read(54, "PRELU", "PRelu", Activations::prelu),
            read(55, "MAXIMUM", "Max", Arithmetic.same("Max")),
            read(56, "ARG_MAX", "ArgMax", Reductions.arg("ArgMax")),
            read(57, "MINIMUM", "Min", Arithmetic.same("Min")),
            read(58, "LESS", "Less", Arithmetic.same("Less")),
            read(59, "NEG", "Neg", Activations.same("Neg")),
            read(60, "PADV2", "Pad", Padding::padV2),
            read(61, "GREATER", "Greater", Arithmetic.same("Greater")),
            read(62, "GREATER_EQUAL", "GreaterOrEqual", Arithmetic.same("GreaterOrEqual")),
            read(63, "LESS_EQUAL", "LessOrEqual", Arithmetic.same("LessOrEqual")),
            read(64, "SELECT", "Where", Arithmetic::select),
            read(65, "SLICE", "Slice", Slicing::slice),
            read(66, "SIN", "Sin", Activations.same("Sin")),
            read(67, "TRANSPOSE_CONV", "ConvTranspose", Convolutions::transposed),
            read(69, "TILE", "Tile", Shapes::tile),
            read(70, "EXPAND_DIMS", "Reshape", Shapes::expandDims),
            read(71, "EQUAL", "Equal", Arithmetic.same("Equal")),
            read(72, "NOT_EQUAL", "Equal, Not", Arithmetic::notEqual),
            read(73, "LOG", "Log", Activations.same("Log")),
            read(74, "SUM", "ReduceSum", Reductions.same("ReduceSum")),
            read(75, "SQRT", "Sqrt", Activations.same("Sqrt")),
            read(76, "RSQRT", "Sqrt, Reciprocal", Activations::rsqrt),
            read(77, "SHAPE", "Shape", Shapes::shape),
            read(78, "POW", "Pow", Arithmetic.same("Pow")),
            read(79, "ARG_MIN", "ArgMin", Reductions.arg("ArgMin")),
            read(80, "FAKE_QUANT", "QuantizeLinear, DequantizeLinear", Conversions::fakeQuant),
            read(81, "REDUCE_PROD", "ReduceProd", Reductions.same("ReduceProd")),
            read(82, "REDUCE_MAX", "ReduceMax", Reductions.same("ReduceMax")),
            read(83, "PACK", "Reshape, Concat", Slicing::pack),
            read(84, "LOGICAL_OR", "Or", Arithmetic.same("Or")),
            read(85, "ONE_HOT", "OneHot", Reductions::oneHot),
            read(86, "LOGICAL_AND", "And", Arithmetic.same("And")),
            read(87, "LOGICAL_NOT", "Not", Activations.same("Not")),
            read(88, "UNPACK", "Split, Reshape", Slicing::unpack),
            read(89, "REDUCE_MIN", "ReduceMin", Reductions.same("ReduceMin")),
            read(90, "FLOOR_DIV", "Div, Floor", Arithmetic::floorDiv),
            read(91, "REDUCE_ANY", "ReduceMax", Reductions.logical("ReduceMax")),
            read(92, "SQUARE", "Mul", Activations::square),
            read(93, "ZEROS_LIKE", "Expand", Shapes::zerosLike),
            read(94, "FILL", "Expand", Shapes::fill),
            read(95, "FLOOR_MOD", "Mod", Arithmetic::floorMod),
            read(96, "RANGE", "Range", Shapes::range),
            read(97, "RESIZE_NEAREST_NEIGHBOR", "Resize", Resizing::nearest),
            read(98, "LEAKY_RELU", "LeakyRelu", Activations::leakyRelu),
            read(99, "SQUARED_DIFFERENCE", "Sub, Mul", Arithmetic::squaredDifference),
            read(100, "MIRROR_PAD", "Pad, Gather", Padding::mirror),
            read(101, "ABS", "Abs", Activations.same("Abs")),
            read(102, "SPLIT_V", "Split", Slicing::splitV),
            read(104, "CEIL", "Ceil", Activations.same("Ceil")),
            read(105, "REVERSE_V2", "Slice", Slicing::reverse),
            read(106, "ADD_N", "Add", Arithmetic::addN),
            read(107, "GATHER_ND", "GatherND", Slicing::gatherNd),
            read(108, "COS", "Cos", Activations.same("Cos")),
            read(110, "RANK", "constant", Shapes::rank),
            read(111, "ELU", "Elu", Activations.same("Elu")),
            read(114, "QUANTIZE", "QuantizeLinear", Conversions::convert),
            read(116, "ROUND", "Round", Activations.same("Round")),
            read(117, "HARD_SWISH", "HardSwish", Activations.same("HardSwish")),
            read(123, "SELECT_V2", "Where", Arithmetic::selectV2),
            read(126, "BATCH_MATMUL", "MatMul", DenseLayers::batchMatMul),
            read(128, "CUMSUM", "CumSum", Reductions::cumulative),
            read(130, "BROADCAST_TO", "Expand", Shapes::broadcastTo),
            read(140, "REDUCE_ALL", "ReduceMin", Reductions.logical("ReduceMin")),
            read(150, "GELU", "Gelu", Activations::gelu),
            read(152, "RELU_0_TO_1", "Clip", Activations.clipped(0, 1)),
            read(158, "SIGN", "Sign", Activations.same("Sign")));

    /** Every operator that is refused, by number; numbers above are refused without a name. */
    public static final List<Refused> REFUSED = List.of(
            refuse(7, "EMBEDDING_LOOKUP", "use GATHER"),
            refuse(10, "HASHTABLE_LOOKUP", TEXT),
            refuse(15, "LSH_PROJECTION", TEXT),
            refuse(16, "LSTM", STATE),
            refuse(24, "RNN", STATE),
            refuse(27, "SVDF", STATE),
            refuse(29, "CONCAT_EMBEDDINGS", TEXT),
            refuse(30, "SKIP_GRAM", TEXT),
            refuse(31, "CALL", FLOW),
            refuse(CUSTOM, "CUSTOM", "its meaning is outside of the file; convert the model without it"),
            refuse(33, "EMBEDDING_LOOKUP_SPARSE", TEXT),
            refuse(35, "UNIDIRECTIONAL_SEQUENCE_RNN", STATE),
            refuse(44, "UNIDIRECTIONAL_SEQUENCE_LSTM", STATE),
            refuse(46, "BIDIRECTIONAL_SEQUENCE_RNN", STATE),
            refuse(51, "DELEGATE", "belongs to one machine; give the file as it was before"),
            refuse(52, "BIDIRECTIONAL_SEQUENCE_LSTM", STATE),
            refuse(68, "SPARSE_TO_DENSE", RARE),
            refuse(103, "UNIQUE", DATA),
            refuse(109, "WHERE", DATA),
            refuse(112, "REVERSE_SEQUENCE", RARE),
            refuse(113, "MATRIX_DIAG", RARE),
            refuse(115, "MATRIX_SET_DIAG", RARE),
            refuse(118, "IF", FLOW),
            refuse(119, "WHILE", FLOW),
            refuse(120, "NON_MAX_SUPPRESSION_V4", DATA),
            refuse(121, "NON_MAX_SUPPRESSION_V5", DATA),
            refuse(122, "SCATTER_ND", RARE),
            refuse(124, "DENSIFY", "weights are stored sparse; convert the model without sparsity"),
            refuse(125, "SEGMENT_SUM", DATA),
            refuse(129, "CALL_ONCE", FLOW),
            refuse(131, "RFFT2D", "complex numbers"),
            refuse(132, "CONV_3D", RARE),
            refuse(133, "IMAG", "complex numbers"),
            refuse(134, "REAL", "complex numbers"),
            refuse(135, "COMPLEX_ABS", "complex numbers"),
            refuse(136, "HASHTABLE", TEXT),
            refuse(137, "HASHTABLE_FIND", TEXT),
            refuse(138, "HASHTABLE_IMPORT", TEXT),
            refuse(139, "HASHTABLE_SIZE", TEXT),
            refuse(141, "CONV_3D_TRANSPOSE", RARE),
            refuse(142, "VAR_HANDLE", STATE),
            refuse(143, "READ_VARIABLE", STATE),
            refuse(144, "ASSIGN_VARIABLE", STATE),
            refuse(145, "BROADCAST_ARGS", RARE),
            refuse(146, "RANDOM_STANDARD_NORMAL", "random numbers"),
            refuse(147, "BUCKETIZE", RARE),
            refuse(148, "RANDOM_UNIFORM", "random numbers"),
            refuse(149, "MULTINOMIAL", "random numbers"),
            refuse(151, "DYNAMIC_UPDATE_SLICE", RARE),
            refuse(153, "UNSORTED_SEGMENT_PROD", RARE),
            refuse(154, "UNSORTED_SEGMENT_MAX", RARE),
            refuse(155, "UNSORTED_SEGMENT_SUM", RARE),
            refuse(156, "ATAN2", RARE),
            refuse(157, "UNSORTED_SEGMENT_MIN", RARE),
            refuse(159, "BITCAST", RARE),
            refuse(160, "BITWISE_XOR", RARE),
            refuse(161, "RIGHT_SHIFT", RARE));

    private static final Map<Integer, Supported> BY_NUMBER = new TreeMap<>();

    static {
        SUPPORTED.forEach(operator -> BY_NUMBER.put(operator.number(), operator));
    }

    private TfliteCatalog() {}

    private static Supported read(int number, String name, String becomes, TfliteTranslator translator) {
        return new Supported(number, name, becomes, translator);
    }

    private static Refused refuse(int number, String name, String reason) {
        return new Refused(number, name, reason);
    }

    static Optional<Supported> find(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /** What messages call an operator that is not read. */
    static String name(int number, String custom) {
        if (number == CUSTOM || !custom.isEmpty()) {
            return "custom " + custom;
        }
        return REFUSED.stream()
                .filter(operator -> operator.number() == number)
                .map(Refused::name)
                .findFirst()
                .orElse("number " + number);
    }

    /** Why an operator is not read. */
    static String reason(int number) {
        return REFUSED.stream()
                .filter(operator -> operator.number() == number)
                .map(Refused::reason)
                .findFirst()
                .orElse("newer than this reader, which knows those up to 161");
    }

    /** The operators that are read, most alike first: sharing the longest run of words of the name. */
    static Optional<String> nearest(String name) {
        List<String> words =
                new ArrayList<>(List.of(name.toUpperCase(java.util.Locale.ROOT).split("_|(?<=[a-z])(?=[A-Z])", -1)));
        return SUPPORTED.stream()
                .map(Supported::name)
                .filter(known -> shared(words, known) > 0)
                .max(Comparator.comparingDouble(known -> shared(words, known)));
    }

    private static double shared(List<String> words, String known) {
        List<String> theirs = List.of(known.split("_", -1));
        long common = theirs.stream().filter(words::contains).count();
        return common * 2.0 / (words.size() + theirs.size());
    }
}
