package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Element.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a routine is given: operands (inputs, y, scratch) and constants, each in the order of the C function's parameters. */
final class Call {
    private final Object[] arrays;
    private final int[] places;
    private final Element[] elements;
    private final long[] wholes;
    private final float[] reals;
    private final long[][] lists;

    Call(Object[] arrays, int[] places, Element[] elements, long[] wholes, float[] reals, long[][] lists) {
        this.arrays = arrays;
        this.places = places;
        this.elements = elements;
        this.wholes = wholes;
        this.reals = reals;
        this.lists = lists;
    }

    /** A buffer's element type; a weight has none of its own. */
    Element element(int operand) {
        return elements[operand];
    }

    /** An operand as elements of that type. */
    Region region(int operand, Element type) {
        if (arrays[operand] instanceof ByteBuffer constant) {
            arrays[operand] = typed(constant, type.storage());
        }
        return new Region(type, arrays[operand], places[operand]);
    }

    /** An operand in the type of the element that ONNX has this number for. */
    Region region(int operand, long onnxCode) {
        for (Element element : Element.values()) {
            if (element.code() == onnxCode) {
                return region(operand, element);
            }
        }
        throw new IllegalStateException("no element type " + onnxCode);
    }

    /** An operand whose bits are moved, as elements like those of buffer {@code like}. */
    Region bits(int operand, int like) {
        return region(operand, elements[like]);
    }

    /** Indices of so many bytes. */
    Region indices(int operand, long width) {
        return region(operand, width == 8 ? Element.INT64 : Element.INT32);
    }

    float[] floats(int operand) {
        return (float[]) region(operand, Element.FLOAT32).array();
    }

    int at(int operand) {
        return places[operand];
    }

    int size(int constant) {
        return Math.toIntExact(wholes[constant]);
    }

    boolean flag(int constant) {
        return wholes[constant] != 0;
    }

    float real(int constant) {
        return reals[constant];
    }

    int[] list(int constant) {
        return java.util.Arrays.stream(lists[constant])
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    private static Object typed(ByteBuffer constant, Storage storage) {
        ByteBuffer bytes = constant.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int count = bytes.remaining() / storage.width();
        switch (storage) {
            case BYTES -> {
                byte[] values = new byte[count];
                bytes.get(values);
                return values;
            }
            case SHORTS -> {
                short[] values = new short[count];
                bytes.asShortBuffer().get(values);
                return values;
            }
            case INTS -> {
                int[] values = new int[count];
                bytes.asIntBuffer().get(values);
                return values;
            }
            case LONGS -> {
                long[] values = new long[count];
                bytes.asLongBuffer().get(values);
                return values;
            }
            case FLOATS -> {
                float[] values = new float[count];
                bytes.asFloatBuffer().get(values);
                return values;
            }
            default -> {
                double[] values = new double[count];
                bytes.asDoubleBuffer().get(values);
                return values;
            }
        }
    }
}
