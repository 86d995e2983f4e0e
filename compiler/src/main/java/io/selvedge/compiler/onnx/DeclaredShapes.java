package io.selvedge.compiler.onnx;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.AttributeProto;
import io.selvedge.compiler.onnx.proto.GraphProto;
import io.selvedge.compiler.onnx.proto.NodeProto;
import io.selvedge.compiler.onnx.proto.TensorShapeProto;
import io.selvedge.compiler.onnx.proto.ValueInfoProto;
import io.selvedge.compiler.op.Expect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Shapes, axes and sizes that a file leaves to the caller, taken from the shape that it declares for the result: a Reshape whose
 * shape is an input has one possible result if the file says what comes out. An {@link Expect} behind the node checks at run
 * time that the caller gives what was assumed.
 */
final class DeclaredShapes {
    private final Map<String, long[]> declared = new HashMap<>();

    DeclaredShapes(GraphProto graph) {
        graph.getValueInfoList().forEach(this::declare);
        graph.getOutputList().forEach(this::declare);
    }

    private void declare(ValueInfoProto value) {
        TensorShapeProto shape = value.getType().getTensorType().getShape();
        if (value.getType().getTensorType().hasShape()
                && shape.getDimList().stream().allMatch(dim -> dim.hasDimValue() && dim.getDimValue() >= 0)) {
            declared.put(
                    value.getName(),
                    shape.getDimList().stream()
                            .mapToLong(TensorShapeProto.Dimension::getDimValue)
                            .toArray());
        }
    }

    /** The value of a parameter that follows, and the check that it is so. */
    record Assumed(int input, List<Long> value, Expect check) {}

    /** What follows for a node whose inputs have these types; empty when everything is known, or nothing follows. */
    Optional<Assumed> of(NodeProto node, List<String> inputs, ImportSession session) {
        int parameter = parameter(node);
        if (parameter < 0 || parameter >= inputs.size() || inputs.get(parameter).isEmpty()) {
            return Optional.empty();
        }
        TensorType type = session.builder().type(inputs.get(parameter));
        boolean isOpen = session.builder().known(inputs.get(parameter)).isEmpty();
        boolean isList = type.dtype() == DType.INT64 || type.dtype() == DType.INT32;
        long[] out = declared.get(node.getOutput(0));
        if (!isOpen || !isList || !type.shape().isStatic() || out == null) {
            return Optional.empty();
        }
        long[] in = parameter == 0
                ? new long[0]
                : extents(session.builder().type(inputs.getFirst()).shape());
        int count = Math.toIntExact(type.shape().elements());
        return switch (node.getOpType()) {
            case "Reshape" -> list(parameter, out, count, i -> reshaped(node, in, out, i));
            case "Expand" -> list(parameter, out, count, i -> expanded(in, out, i));
            case "ConstantOfShape" -> list(parameter, out, count, i -> List.of(out[i]));
            case "CenterCropPad", "Resize" -> along(node, parameter, out, count);
            case "Tile" -> tiled(parameter, in, out, count);
            case "Split" -> split(node, parameter, count);
            case "Unsqueeze" -> inserted(parameter, in, out, count);
            case "Squeeze" -> inserted(parameter, out, in, count);
            default -> reduced(node, parameter, in, out, count);
        };
    }

    /** Position of the input that decides the shape of the result; -1 for other operators. */
    private static int parameter(NodeProto node) {
        return switch (node.getOpType()) {
            case "ConstantOfShape" -> 0;
            case "Resize" -> 3;
            case "Reshape", "Expand", "CenterCropPad", "Tile", "Split", "Unsqueeze", "Squeeze" -> 1;
            default -> node.getOpType().startsWith("Reduce") ? 1 : -1;
        };
    }

    private static long[] extents(Shape shape) {
        return IntStream.of(shape.extents()).asLongStream().toArray();
    }

    /** A list with one value per extent of the result, each of which the caller may write in several ways. */
    private static Optional<Assumed> list(
            int parameter, long[] values, int count, java.util.function.IntFunction<List<Long>> allowed) {
        if (values.length != count) {
            return Optional.empty();
        }
        List<Long> table = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Long> row = allowed.apply(i);
            for (int choice = 0; choice < CHOICES; choice++) {
                table.add(row.get(Math.min(choice, row.size() - 1)));
            }
        }
        return Optional.of(new Assumed(parameter, boxed(values), new Expect(CHOICES, table)));
    }

    private static final int CHOICES = 3;

    private static List<Long> boxed(long[] values) {
        return java.util.Arrays.stream(values).boxed().toList();
    }

    private static List<Long> reshaped(NodeProto node, long[] in, long[] out, int i) {
        boolean copies = i < in.length && in[i] == out[i] && integer(node, "allowzero", 0) == 0;
        return copies ? List.of(out[i], -1L, 0L) : List.of(out[i], -1L);
    }

    private static List<Long> expanded(long[] in, long[] out, int i) {
        int from = i - (out.length - in.length);
        return from >= 0 && in[from] == out[i] ? List.of(out[i], 1L) : List.of(out[i]);
    }

    /** Extents of the result along the node's axes, all of them by default. */
    private static Optional<Assumed> along(NodeProto node, int parameter, long[] out, int count) {
        if (has(node, "keep_aspect_ratio_policy")) {
            return Optional.empty();
        }
        List<Long> axes = integers(node, "axes")
                .orElseGet(() ->
                        IntStream.range(0, out.length).asLongStream().boxed().toList());
        long[] values = new long[axes.size()];
        for (int i = 0; i < values.length; i++) {
            int axis = Math.toIntExact(axes.get(i) < 0 ? axes.get(i) + out.length : axes.get(i));
            if (axis < 0 || axis >= out.length) {
                return Optional.empty();
            }
            values[i] = out[axis];
        }
        return list(parameter, values, count, i -> List.of(values[i]));
    }

    private static Optional<Assumed> tiled(int parameter, long[] in, long[] out, int count) {
        long[] repeats = new long[out.length];
        for (int i = 0; i < out.length; i++) {
            if (in.length != out.length || in[i] == 0 || out[i] % in[i] != 0) {
                return Optional.empty();
            }
            repeats[i] = out[i] / in[i];
        }
        return list(parameter, repeats, count, i -> List.of(repeats[i]));
    }

    private Optional<Assumed> split(NodeProto node, int parameter, int count) {
        long[] sizes = new long[node.getOutputCount()];
        for (int i = 0; i < sizes.length; i++) {
            long[] out = declared.get(node.getOutput(i));
            long axis = integer(node, "axis", 0);
            int along = out == null ? -1 : Math.toIntExact(axis < 0 ? axis + out.length : axis);
            if (out == null || along < 0 || along >= out.length) {
                return Optional.empty();
            }
            sizes[i] = out[along];
        }
        return list(parameter, sizes, count, i -> List.of(sizes[i]));
    }

    /** Axes of extent 1 that the longer shape has and the shorter has not: whichever are taken, the elements stay in order. */
    private static Optional<Assumed> inserted(int parameter, long[] shorter, long[] longer, int count) {
        List<Long> axes = new ArrayList<>();
        long may = 0;
        int matched = 0;
        for (int i = 0; i < longer.length; i++) {
            if (longer[i] == 1) {
                may |= 1L << i;
            }
            if (matched < shorter.length && shorter[matched] == longer[i]) {
                matched++;
            } else if (longer[i] == 1) {
                axes.add((long) i);
            }
        }
        boolean fits = matched == shorter.length && axes.size() == count && shorter.length + count == longer.length;
        return fits
                ? Optional.of(new Assumed(parameter, axes, new Expect(0, List.of(0L, may, (long) longer.length))))
                : Optional.empty();
    }

    /** With keepdims every axis that shrank; else the only set of axes that leaves the declared extents. */
    private static Optional<Assumed> reduced(NodeProto node, int parameter, long[] in, long[] out, int count) {
        boolean keeps = integer(node, "keepdims", 1) != 0;
        if (in.length >= Long.SIZE - 1 || (count == 0 && integer(node, "noop_with_empty_axes", 0) != 0)) {
            return Optional.empty();
        }
        long all = (1L << in.length) - 1;
        if (count == 0) {
            return Optional.of(set(parameter, 0, all, in.length, all));
        }
        if (keeps) {
            long must = 0;
            long may = 0;
            for (int i = 0; i < in.length; i++) {
                if (in.length != out.length || (out[i] != in[i] && out[i] != 1)) {
                    return Optional.empty();
                }
                must |= out[i] != in[i] ? 1L << i : 0;
                may |= out[i] == 1 ? 1L << i : 0;
            }
            return Optional.of(set(parameter, must, may, in.length, may));
        }
        List<Long> fitting = new ArrayList<>();
        for (long axes = 1; axes <= all && in.length <= 16; axes++) {
            if (Long.bitCount(axes) == count && java.util.Arrays.equals(without(in, axes), out)) {
                fitting.add(axes);
            }
        }
        return fitting.size() == 1
                ? Optional.of(set(parameter, fitting.getFirst(), fitting.getFirst(), in.length, fitting.getFirst()))
                : Optional.empty();
    }

    private static Assumed set(int parameter, long must, long may, int rank, long taken) {
        List<Long> axes = IntStream.range(0, rank)
                .filter(axis -> (taken >> axis & 1) != 0)
                .asLongStream()
                .boxed()
                .toList();
        return new Assumed(parameter, axes, new Expect(0, List.of(must, may, (long) rank)));
    }

    private static long[] without(long[] extents, long axes) {
        return IntStream.range(0, extents.length)
                .filter(axis -> (axes >> axis & 1) == 0)
                .mapToLong(axis -> extents[axis])
                .toArray();
    }

    private static Optional<AttributeProto> attribute(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst();
    }

    private static boolean has(NodeProto node, String name) {
        return attribute(node, name).isPresent();
    }

    private static long integer(NodeProto node, String name, long otherwise) {
        return attribute(node, name).map(AttributeProto::getI).orElse(otherwise);
    }

    private static Optional<List<Long>> integers(NodeProto node, String name) {
        return attribute(node, name).map(AttributeProto::getIntsList);
    }

    /** Puts the node's result through the check under the name that the file gives it. */
    static void check(ImportSession session, Assumed assumed, String parameter, String unchecked, String output) {
        session.builder()
                .add(new Node(
                        session.builder().fresh(output + "_expect"),
                        assumed.check(),
                        List.of(unchecked, parameter),
                        List.of(output)));
    }

    /** The constant that stands for the parameter. */
    static String constant(ImportSession session, Assumed assumed) {
        long[] values = assumed.value().stream().mapToLong(Long::longValue).toArray();
        return session.builder().constant("assumed", Tensor.longs(values, values.length));
    }
}
