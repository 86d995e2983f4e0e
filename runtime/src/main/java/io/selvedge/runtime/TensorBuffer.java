package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import io.selvedge.runtime.TensorSpec.Quantization;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One input or output of a session. The views look straight at the memory that the native code reads and writes; each
 * method gives the same view object again, rewound and with its full limit, so that using them allocates nothing.
 */
public final class TensorBuffer {
    private final TensorSpec spec;
    private final ByteBuffer bytes;
    private final FloatBuffer floats;
    private final DoubleBuffer doubles;
    private final ShortBuffer shorts;
    private final IntBuffer ints;
    private final LongBuffer longs;

    TensorBuffer(TensorSpec spec, ByteBuffer bytes) {
        this.spec = spec;
        this.bytes = bytes;
        floats = bytes.asFloatBuffer();
        doubles = bytes.asDoubleBuffer();
        shorts = bytes.asShortBuffer();
        ints = bytes.asIntBuffer();
        longs = bytes.asLongBuffer();
    }

    /** A tensor of zeros in memory of its own, for values that no session holds. */
    public static TensorBuffer allocate(TensorSpec spec) {
        return new TensorBuffer(
                spec, ByteBuffer.allocateDirect(spec.byteCount()).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** The model's name for this tensor. */
    public String name() {
        return spec.name();
    }

    /** Type of the elements. */
    public DType dtype() {
        return spec.dtype();
    }

    /** Extents, outermost axis first. */
    public List<Integer> shape() {
        return spec.shape();
    }

    /**
     * Extents as far as the last run filled this output: {@link #shape()}, but where the data decides about an axis as long as it
     * decided. Zeros follow there.
     *
     * @param outputs of the same session, the counts among them
     */
    public List<Integer> filledShape(List<TensorBuffer> outputs) {
        if (spec.open().isEmpty()) {
            return shape();
        }
        List<Integer> filled = new ArrayList<>(shape());
        for (TensorBuffer output : outputs) {
            if (output.name().equals(spec.open().get().count())) {
                filled.set(spec.open().get().axis(), (int) output.longs().get(0));
            }
        }
        return List.copyOf(filled);
    }

    /** All that the manifest says of this tensor. */
    public TensorSpec spec() {
        return spec;
    }

    /** Number of elements. */
    public int elementCount() {
        return spec.elementCount();
    }

    /** The memory itself, little endian, whatever the type of its elements. */
    public ByteBuffer bytes() {
        return bytes.clear();
    }

    /**
     * Elements of FLOAT32.
     *
     * @throws ModelException WRONG_DTYPE
     */
    public FloatBuffer floats() {
        require(dtype() == DType.FLOAT32, "floats()");
        return floats.clear();
    }

    /**
     * Elements of FLOAT64.
     *
     * @throws ModelException WRONG_DTYPE
     */
    public DoubleBuffer doubles() {
        require(dtype() == DType.FLOAT64, "doubles()");
        return doubles.clear();
    }

    /**
     * Elements of INT16 or UINT16, or the bits of FLOAT16 or BFLOAT16.
     *
     * @throws ModelException WRONG_DTYPE
     */
    public ShortBuffer shorts() {
        require(dtype().byteCount() == 2, "shorts()");
        return shorts.clear();
    }

    /**
     * Elements of INT32 or UINT32.
     *
     * @throws ModelException WRONG_DTYPE
     */
    public IntBuffer ints() {
        require(dtype() == DType.INT32 || dtype() == DType.UINT32, "ints()");
        return ints.clear();
    }

    /**
     * Elements of INT64 or UINT64.
     *
     * @throws ModelException WRONG_DTYPE
     */
    public LongBuffer longs() {
        require(dtype() == DType.INT64 || dtype() == DType.UINT64, "longs()");
        return longs.clear();
    }

    /**
     * All elements as the real numbers that they stand for: {@code (q - zeroPoint) * scale} when the tensor has a
     * quantisation, else the numbers themselves.
     */
    public float[] toFloats() {
        float[] values = new float[elementCount()];
        if (dtype() == DType.FLOAT32) {
            floats().get(values);
            return values;
        }
        double zeroPoint = spec.quantization().map(Quantization::zeroPoint).orElse(0);
        double scale = spec.quantization().map(Quantization::scale).orElse(1f);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((Elements.get(dtype(), bytes, i) - zeroPoint) * scale);
        }
        return values;
    }

    private void require(boolean holds, String view) {
        if (!holds) {
            throw new ModelException(
                    Code.WRONG_DTYPE,
                    "tensor '" + name() + "' holds " + dtype().onnxName() + ", which " + view
                            + " cannot show; bytes() and toFloats() work for every type");
        }
    }
}
