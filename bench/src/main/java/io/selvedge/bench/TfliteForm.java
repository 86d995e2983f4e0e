package io.selvedge.bench;

import io.selvedge.bench.tflite.TfliteExporter;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.tflite.TfliteImporter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A graph as a TFLite file, whose images are NHWC and whose 8-bit inputs and outputs are int8.
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

    Contender contender(Sample sample) {
        return new Reordered(new TfliteContender(file, graph, sample(sample)), values -> {
            for (int o = 0; o < values.length; o++) {
                values[o] = output(values[o], o);
            }
            return values;
        });
    }

    /** The same inputs for the file. */
    Sample sample(Sample of) {
        return of.mapped(graph, (name, bytes) -> {
            int[] e = original.type(name).shape().extents();
            DType dtype = original.type(name).dtype();
            ByteBuffer moved = e.length == 4 ? ImageOrder.nhwc(bytes, e, dtype.bytes()) : bytes;
            return dtype == DType.UINT8 ? signed(moved) : moved;
        });
    }

    private static ByteBuffer signed(ByteBuffer from) {
        ByteBuffer to = ByteBuffer.allocateDirect(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < to.capacity(); i++) {
            to.put(i, (byte) (from.get(i) ^ 0x80));
        }
        return to;
    }

    /** An output of the file in the original's order and type. */
    float[] output(float[] values, int index) {
        String name = original.outputs().get(index);
        float[] moved = ImageOrder.nchw(values, original.type(name).shape().extents());
        if (original.type(name).dtype() == DType.UINT8) {
            for (int i = 0; i < moved.length; i++) {
                moved[i] += 128;
            }
        }
        return moved;
    }
}
