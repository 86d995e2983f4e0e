package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
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

    /**
     * Those of a bundle's first binding.
     *
     * @throws ModelException BAD_BUNDLE when their lengths do not fit the model
     */
    public static List<GoldenVector> of(Bundle bundle) {
        return of(bundle, bundle.manifest().bindings().get(0));
    }

    /** The same of a further binding. */
    public static List<GoldenVector> of(Bundle bundle, Binding binding) {
        Manifest manifest = bundle.manifest();
        List<GoldenVector> vectors = new ArrayList<>();
        for (int i = 0; bundle.has(binding.part(inputPart(i))); i++) {
            try {
                vectors.add(new GoldenVector(
                        split(manifest.given(binding.inputs()), bundle.read(binding.part(inputPart(i)))),
                        split(manifest.taken(binding.outputs()), bundle.read(binding.part(outputPart(i))))));
            } catch (IllegalArgumentException e) {
                throw new ModelException(
                        Code.BAD_BUNDLE,
                        bundle.path() + ": golden vector " + i + " does not fit: " + e.getMessage(),
                        e);
            }
        }
        return vectors;
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
