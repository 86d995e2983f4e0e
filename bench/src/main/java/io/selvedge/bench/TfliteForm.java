package io.selvedge.bench;

import io.selvedge.bench.tflite.TfliteExporter;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.tflite.TfliteImporter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A graph as a TFLite file, whose images are NHWC.
 *
 * @param original as it was written, images NCHW
 * @param graph what our importer reads from the file
 */
record TfliteForm(Graph original, Graph graph, byte[] file) {
    /** @throws io.selvedge.compiler.diag.SelvedgeException UNSUPPORTED_OP when it has no such form */
    static TfliteForm of(Graph simplified, String name) {
        byte[] file = TfliteExporter.write(simplified);
        return new TfliteForm(simplified, TfliteImporter.read(file, name + ".tflite", ImportOptions.none()), file);
    }

    TfliteContender contender(Sample sample) {
        return new TfliteContender(file, graph, sample(sample)) {
            @Override
            public float[][] outputs() {
                float[][] values = super.outputs();
                for (int o = 0; o < values.length; o++) {
                    values[o] = nchw(values[o], original.outputs().get(o));
                }
                return values;
            }
        };
    }

    /** The same inputs for the file. */
    Sample sample(Sample of) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        Map<String, ByteBuffer> bytes = new LinkedHashMap<>();
        of.bytes().forEach((name, from) -> {
            TensorType type = Objects.requireNonNull(of.types().get(name));
            int[] e = type.shape().extents();
            types.put(name, graph.type(name));
            bytes.put(name, e.length == 4 ? nhwc(from, e, type.dtype().bytes()) : from);
        });
        return new Sample(types, bytes);
    }

    private static ByteBuffer nhwc(ByteBuffer from, int[] e, int width) {
        ByteBuffer to = ByteBuffer.allocateDirect(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        int plane = e[2] * e[3];
        for (int c = 0; c < e[1]; c++) {
            for (int p = 0; p < plane; p++) {
                to.put((p * e[1] + c) * width, from, (c * plane + p) * width, width);
            }
        }
        return to;
    }

    /** An output of the file in the original's order. */
    private float[] nchw(float[] values, String output) {
        int[] e = original.type(output).shape().extents();
        if (e.length != 4) {
            return values;
        }
        float[] moved = new float[values.length];
        int plane = e[2] * e[3];
        for (int c = 0; c < e[1]; c++) {
            for (int p = 0; p < plane; p++) {
                moved[c * plane + p] = values[p * e[1] + c];
            }
        }
        return moved;
    }

    /** The first output of the file in the original's order. */
    float[] outputs(float[] first) {
        return nchw(first, original.outputs().getFirst());
    }
}
