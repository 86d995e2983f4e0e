package io.selvedge.bench.start;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/** Loads a model, runs it once and prints a result, then how much memory that took. */
public final class OnnxRuntimeStart {
    private OnnxRuntimeStart() {}

    public static void main(String[] args) throws OrtException, IOException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(args[0], options)) {
                Map.Entry<String, ai.onnxruntime.NodeInfo> info =
                        session.getInputInfo().entrySet().iterator().next();
                long[] shape = ((TensorInfo) info.getValue().getInfo()).getShape();
                int elements = 1;
                for (long extent : shape) {
                    elements *= (int) extent;
                }
                FloatBuffer input = ByteBuffer.allocateDirect(4 * elements)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
                for (int i = 0; i < elements; i++) {
                    input.put(i, i & 0xff);
                }
                try (OnnxTensor tensor = OnnxTensor.createTensor(environment, input, shape);
                        OrtSession.Result result = session.run(Map.of(info.getKey(), tensor))) {
                    System.out.println(
                            ((OnnxTensor) result.get(0)).getFloatBuffer().get(0));
                    Memory.print();
                }
            }
        }
    }
}
