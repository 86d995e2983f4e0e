package io.selvedge.compress.explain;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.quant.ActivationSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Every float activation of a graph on some samples, computed once by the reference evaluator and kept. */
final class RememberedActivations implements ActivationSource {
    private final List<Map<String, Tensor>> samples;
    private final List<Map<String, Tensor>> values;

    RememberedActivations(Graph graph, List<Map<String, Tensor>> samples, IntConsumer progress) {
        this.samples = List.copyOf(samples);
        int[] done = {0};
        this.values = new ArrayList<>(IntStream.range(0, samples.size())
                .parallel()
                .mapToObj(i -> {
                    Map<String, Tensor> kept = new LinkedHashMap<>();
                    ReferenceEvaluator.run(graph, samples.get(i), (name, value) -> {
                        if (value.dtype() == DType.FLOAT32) {
                            kept.put(name, value);
                        }
                    });
                    synchronized (done) {
                        progress.accept(++done[0]);
                    }
                    return kept;
                })
                .toList());
    }

    List<Map<String, Tensor>> samples() {
        return samples;
    }

    /** A value on every sample; none for what is no float activation. */
    List<Tensor> of(String value) {
        return values.stream()
                .map(all -> all.get(value))
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public void run(Map<String, Tensor> inputs, BiConsumer<String, Tensor> visitor) {
        for (int i = 0; i < samples.size(); i++) {
            if (samples.get(i) == inputs) {
                values.get(i).forEach(visitor);
                return;
            }
        }
        throw new IllegalStateException(
                "the sample was not remembered; there are " + Collections.frequency(samples, inputs) + " equal ones");
    }
}
