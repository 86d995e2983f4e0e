package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.runtime.TensorBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Outputs by name; those of a sequence of calls are stacked along a first axis. States begin as zeros and go from call to call.
 * An output whose extent the data decides is as long as the data said, but for those of a sequence, which must be of one length.
 */
record Answers(Map<String, NpyFile> outputs) {
    /**
     * Runs as often as the inputs say.
     *
     * @param results where a run leaves its outputs
     * @throws SelvedgeException SHAPE_MISMATCH when the outputs of all calls do not fit an array
     */
    static Answers of(List<TensorBuffer> results, Runnable run, InputFiles.Arrays inputs) {
        int calls = inputs.calls().orElse(1);
        Map<String, NpyFile> outputs = new LinkedHashMap<>();
        for (TensorBuffer output : results) {
            outputs.put(output.name(), new NpyFile(output.dtype(), output.shape(), memory(output, calls)));
        }
        for (int call = 0; call < calls; call++) {
            inputs.fill(call);
            run.run();
            results.forEach(output -> Objects.requireNonNull(outputs.get(output.name()))
                    .bytes()
                    .put(output.bytes().duplicate()));
        }
        outputs.values().forEach(output -> output.bytes().flip());
        if (inputs.calls().isEmpty()) {
            results.forEach(result ->
                    outputs.computeIfPresent(result.name(), (_, output) -> output.first(result.filledShape(results))));
        }
        outputs.replaceAll((_, output) -> new NpyFile(
                output.dtype(),
                Stream.concat(IntStream.of(inputs.calls().stream().toArray()).boxed(), output.shape().stream())
                        .toList(),
                output.bytes()));
        return new Answers(outputs);
    }

    private static ByteBuffer memory(TensorBuffer output, int calls) {
        long bytes = (long) calls * output.bytes().remaining();
        if (bytes > Integer.MAX_VALUE - 1024) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "output '" + output.name() + "' of " + calls + " calls has " + bytes
                            + " bytes; give fewer than 2 GiB at once");
        }
        return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
