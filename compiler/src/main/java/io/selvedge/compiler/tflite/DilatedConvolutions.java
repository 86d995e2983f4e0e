package io.selvedge.compiler.tflite;

import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND: a dilated convolution as older converters write it. The padding of
 * the first, less what the last one crops, is the convolution's.
 */
final class DilatedConvolutions {
    private static final int CONV = 3;
    private static final int DEPTHWISE = 4;
    private static final int TO_SPACE = 37;
    private static final int TO_BATCH = 38;
    private static final int VALID = 1;

    private final TfliteFile file;
    private final Map<Integer, TfliteFile.Operator> producers = new HashMap<>();
    private final Map<Integer, Integer> readers = new HashMap<>();
    private final Set<Integer> inside = new HashSet<>();
    private final Map<Integer, TfliteFile.Operator> last = new HashMap<>();

    DilatedConvolutions(TfliteFile file) {
        this.file = file;
        file.outputs().forEach(output -> readers.merge(output, 2, Integer::sum));
        for (TfliteFile.Operator operator : file.operators()) {
            operator.outputs().forEach(output -> producers.put(output, operator));
            operator.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
        }
        file.operators().stream()
                .filter(operator -> operator.code() == TO_SPACE)
                .forEach(this::find);
    }

    /** Whether an operator is restated by a later one. */
    boolean isInside(TfliteFile.Operator operator) {
        return inside.contains(operator.index());
    }

    /** The convolution that an operator ends. */
    Optional<TfliteFile.Operator> endingAt(TfliteFile.Operator operator) {
        return Optional.ofNullable(last.get(operator.index()));
    }

    private void find(TfliteFile.Operator toSpace) {
        Optional<TfliteFile.Operator> convolution = before(toSpace);
        Optional<TfliteFile.Operator> toBatch = convolution.flatMap(this::before);
        if (toBatch.isEmpty()
                || toBatch.get().code() != TO_BATCH
                || !plain(convolution.get())
                || toBatch.get().inputs().size() != 3
                || toSpace.inputs().size() != 3
                || toSpace.outputs().size() != 1) {
            return;
        }
        List<Integer> block = integers(toBatch.get().inputs().get(1));
        List<Integer> pads = integers(toBatch.get().inputs().get(2));
        List<Integer> crops = integers(toSpace.inputs().get(2));
        if (block.size() != 2
                || !block.equals(integers(toSpace.inputs().get(1)))
                || pads.size() != 4
                || crops.size() != 4) {
            return;
        }
        List<Integer> explicit = new ArrayList<>();
        for (int i : new int[] {0, 2, 1, 3}) {
            explicit.add(pads.get(i) - crops.get(i));
        }
        if (explicit.stream().anyMatch(pad -> pad < 0)) {
            return;
        }
        List<Integer> inputs = new ArrayList<>(convolution.get().inputs());
        inputs.set(0, toBatch.get().inputs().getFirst());
        last.put(
                toSpace.index(),
                new TfliteFile.Operator(
                        convolution.get().index(),
                        convolution.get().code(),
                        "",
                        inputs,
                        toSpace.outputs(),
                        convolution.get().options(),
                        Optional.of(new TfliteFile.Dilation(block, explicit))));
        inside.add(toBatch.get().index());
        inside.add(convolution.get().index());
    }

    /** What makes the first input, when nobody else reads it. */
    private Optional<TfliteFile.Operator> before(TfliteFile.Operator operator) {
        if (operator.inputs().isEmpty()
                || readers.getOrDefault(operator.inputs().getFirst(), 0) != 1) {
            return Optional.empty();
        }
        return Optional.ofNullable(producers.get(operator.inputs().getFirst()));
    }

    /** A convolution of stride 1 that neither pads nor dilates. */
    private static boolean plain(TfliteFile.Operator operator) {
        FlatTable options = operator.options();
        int dilation = operator.code() == DEPTHWISE ? 5 : 4;
        return (operator.code() == CONV || operator.code() == DEPTHWISE)
                && options.small(0, 0) == VALID
                && options.integer(1, 0) == 1
                && options.integer(2, 0) == 1
                && options.integer(dilation, 1) == 1
                && options.integer(dilation + 1, 1) == 1;
    }

    private List<Integer> integers(int tensor) {
        Optional<Tensor> constant =
                tensor < 0 ? Optional.empty() : file.constant(file.tensors().get(tensor));
        List<Integer> values = new ArrayList<>();
        for (int i = 0; constant.isPresent() && i < Math.min(8, constant.get().elements()); i++) {
            values.add((int) constant.get().getLong(i));
        }
        return values;
    }
}
