package io.selvedge.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs and the outputs that the bundle's maker computed for them, each little endian and read-only, in the manifest's
 * order.
 */
public record GoldenVector(List<ByteBuffer> inputs, List<ByteBuffer> outputs) {
    public GoldenVector {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    static String inputPart(int index) {
        return "golden/input-" + index + ".bin";
    }

    static String outputPart(int index) {
        return "golden/output-" + index + ".bin";
    }

    static byte[] join(List<TensorSpec> specs, List<byte[]> tensors) {
        if (specs.size() != tensors.size()) {
            throw new IllegalArgumentException(
                    "needed a golden array for each of " + specs.size() + " tensors, got " + tensors.size());
        }
        ByteBuffer all = ByteBuffer.allocate(byteCount(specs));
        for (int i = 0; i < specs.size(); i++) {
            if (tensors.get(i).length != specs.get(i).byteCount()) {
                throw new IllegalArgumentException("golden '" + specs.get(i).name() + "' needs "
                        + specs.get(i).byteCount() + " bytes, has " + tensors.get(i).length);
            }
            all.put(tensors.get(i));
        }
        return all.array();
    }

    /** @throws IllegalArgumentException when {@code bytes} has another length than the tensors together */
    static List<ByteBuffer> split(List<TensorSpec> specs, byte[] bytes) {
        if (bytes.length != byteCount(specs)) {
            throw new IllegalArgumentException("needed " + byteCount(specs) + " bytes, found " + bytes.length);
        }
        List<ByteBuffer> tensors = new ArrayList<>();
        int at = 0;
        for (TensorSpec spec : specs) {
            tensors.add(ByteBuffer.wrap(bytes)
                    .slice(at, spec.byteCount())
                    .asReadOnlyBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN));
            at += spec.byteCount();
        }
        return tensors;
    }

    private static int byteCount(List<TensorSpec> specs) {
        return Math.toIntExact(specs.stream().mapToLong(TensorSpec::byteCount).sum());
    }
}
