package io.selvedge.bench;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime in its best form for one inference at a time: all optimisations, sequential execution, threads that do not
 * spin when there is only one, inputs and outputs in direct memory that is allocated once.
 */
final class OnnxRuntimeContender implements Contender {
    private final OrtEnvironment environment =
            OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "bench");
    private final String name;
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    private final List<ByteBuffer> outputBytes = new ArrayList<>();
    private final List<TensorType> outputTypes = new ArrayList<>();

    /**
     * @param name in reports, such as {@code onnxruntime-fp32}
     * @param graph types of the inputs and outputs, all shapes known
     */
    OnnxRuntimeContender(String name, Path model, Graph graph, Sample sample, int threads) {
        this.name = name;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            // Its warnings about a model would hide the result.
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            if (threads == 1) {
                options.addConfigEntry("session.intra_op.allow_spinning", "0");
            }
            session = environment.createSession(model.toString(), options);
            for (NodeInfo info : session.getInputInfo().values()) {
                TensorType type =
                        java.util.Objects.requireNonNull(sample.types().get(info.getName()), info.getName());
                ByteBuffer bytes =
                        java.util.Objects.requireNonNull(sample.bytes().get(info.getName()), info.getName());
                inputs.put(info.getName(), tensor(bytes, type, ((TensorInfo) info.getInfo()).type));
            }
            for (NodeInfo info : session.getOutputInfo().values()) {
                TensorType type = graph.type(info.getName());
                ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(
                                type.shape().elements() * type.dtype().bytes()))
                        .order(ByteOrder.LITTLE_ENDIAN);
                outputs.put(info.getName(), tensor(bytes, type, ((TensorInfo) info.getInfo()).type));
                outputBytes.add(bytes);
                outputTypes.add(type);
            }
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    private OnnxTensor tensor(ByteBuffer bytes, TensorType type, OnnxJavaType javaType) throws OrtException {
        long[] shape =
                java.util.Arrays.stream(type.shape().extents()).asLongStream().toArray();
        return OnnxTensor.createTensor(environment, bytes.rewind(), shape, javaType);
    }

    private SelvedgeException failed(OrtException e) {
        return new SelvedgeException(
                ErrorCode.BAD_MODEL, "ONNX Runtime does not run this model (" + name + "): " + e.getMessage(), e);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() {
        return environment.getVersion();
    }

    @Override
    public void run() {
        try {
            session.run(inputs, outputs).close();
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    @Override
    public float[][] outputs() {
        float[][] values = new float[outputBytes.size()][];
        for (int o = 0; o < values.length; o++) {
            values[o] = floats(outputBytes.get(o), outputTypes.get(o));
        }
        return values;
    }

    private static float[] floats(ByteBuffer bytes, TensorType type) {
        float[] values = new float[Math.toIntExact(type.shape().elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type.dtype()) {
                case FLOAT32 -> bytes.getFloat(4 * i);
                case FLOAT64 -> (float) bytes.getDouble(8 * i);
                case INT8 -> bytes.get(i);
                case UINT8, BOOL -> bytes.get(i) & 0xff;
                case INT32 -> bytes.getInt(4 * i);
                case INT64 -> bytes.getLong(8 * i);
                case INT16 -> bytes.getShort(2 * i);
                case UINT16 -> bytes.getShort(2 * i) & 0xffff;
                case UINT32 -> Integer.toUnsignedLong(bytes.getInt(4 * i));
                case UINT64 -> bytes.getLong(8 * i);
                case FLOAT16 -> Float.float16ToFloat(bytes.getShort(2 * i));
                case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
                case STRING, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, UINT4, INT4 ->
                    throw new IllegalStateException("native code gives no " + type);
            };
        }
        return values;
    }

    @Override
    public void close() {
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw failed(e);
        }
    }
}
