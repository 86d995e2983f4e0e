package io.selvedge.fallback;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.selvedge.runtime.DType;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.ModelException.Code;
import io.selvedge.runtime.TensorBuffer;
import io.selvedge.runtime.TensorSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A part that ONNX Runtime runs. It reads the buffers of callers and earlier parts where they are, and writes into buffers that
 * were made before: nothing is copied.
 */
record DelegatedPart(String name, OrtSession session) implements Part {
    /** @throws ModelException BAD_BUNDLE when ONNX Runtime refuses the part */
    static DelegatedPart load(String name, byte[] onnx, int threads) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            return new DelegatedPart(name, OrtEnvironment.getEnvironment().createSession(onnx, options));
        } catch (OrtException e) {
            throw new ModelException(
                    Code.BAD_BUNDLE, "ONNX Runtime does not load the part '" + name + "': " + e.getMessage(), e);
        }
    }

    @Override
    public Step newStep(Map<String, TensorBuffer> values) {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
        try {
            for (String input : session.getInputNames()) {
                inputs.put(input, tensor(HybridModel.value(values, input)));
            }
            for (Map.Entry<String, NodeInfo> output : session.getOutputInfo().entrySet()) {
                TensorBuffer buffer = TensorBuffer.allocate(spec(output.getKey(), output.getValue()));
                outputs.put(output.getKey(), tensor(buffer));
                values.put(output.getKey(), buffer);
            }
        } catch (OrtException e) {
            throw new ModelException(Code.BAD_BUNDLE, "the part '" + name + "' cannot be bound: " + e.getMessage(), e);
        }
        return new DelegatedStep(name, session, inputs, outputs);
    }

    private TensorSpec spec(String output, NodeInfo info) {
        if (info.getInfo() instanceof TensorInfo) {
            TensorInfo tensor = (TensorInfo) info.getInfo();
            Optional<DType> dtype = Arrays.stream(DType.values())
                    .filter(type -> javaType(type).equals(Optional.of(tensor.type)))
                    .findFirst();
            if (dtype.isPresent()) {
                return TensorSpec.of(
                        output,
                        dtype.get(),
                        Arrays.stream(tensor.getShape())
                                .mapToObj(Math::toIntExact)
                                .toList());
            }
        }
        throw new ModelException(
                Code.BAD_BUNDLE, "output '" + output + "' of the part '" + name + "' is " + info.getInfo());
    }

    private static OnnxTensor tensor(TensorBuffer buffer) throws OrtException {
        OnnxJavaType type = javaType(buffer.dtype())
                .orElseThrow(() -> new ModelException(
                        Code.BAD_BUNDLE,
                        "'" + buffer.name() + "' is " + buffer.dtype() + ", which ONNX Runtime cannot be given"));
        long[] shape = buffer.shape().stream().mapToLong(extent -> extent).toArray();
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer.bytes(), shape, type);
    }

    private static Optional<OnnxJavaType> javaType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> Optional.of(OnnxJavaType.FLOAT);
            case FLOAT64 -> Optional.of(OnnxJavaType.DOUBLE);
            case FLOAT16 -> Optional.of(OnnxJavaType.FLOAT16);
            case BFLOAT16 -> Optional.of(OnnxJavaType.BFLOAT16);
            case INT8 -> Optional.of(OnnxJavaType.INT8);
            case UINT8 -> Optional.of(OnnxJavaType.UINT8);
            case INT16 -> Optional.of(OnnxJavaType.INT16);
            case INT32 -> Optional.of(OnnxJavaType.INT32);
            case INT64 -> Optional.of(OnnxJavaType.INT64);
            case BOOL -> Optional.of(OnnxJavaType.BOOL);
            case UINT16, UINT32, UINT64 -> Optional.empty();
        };
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new ModelException(
                    Code.CLOSED, "ONNX Runtime does not close the part '" + name + "': " + e.getMessage(), e);
        }
    }

    private record DelegatedStep(
            String name, OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs)
            implements Step {
        @Override
        public void run() {
            // The result holds only what ONNX Runtime allocated, which is nothing here.
            try (OrtSession.Result result = session.run(inputs, Set.of(), outputs)) {
                assert result.size() == outputs.size();
            } catch (OrtException e) {
                throw new ModelException(
                        Code.NATIVE_RUN_FAILED, "ONNX Runtime failed in the part '" + name + "': " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            inputs.values().forEach(OnnxTensor::close);
            outputs.values().forEach(OnnxTensor::close);
        }
    }
}
