package io.selvedge.compiler.emit.c;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * Three planes that become three channels side by side, as when an image enters a channels-last network: vectors are read
 * along the planes and stored as triples.
 *
 * @param outer axes around the pixels
 * @param pixels whole vectors of pixels, one element apart in the planes, three apart in the output
 * @param plane elements from one plane to the next
 */
record Triples(List<LoopNest.Axis> outer, LoopNest.Axis pixels, int plane) {
    private static final List<Integer> PIXEL_STRIDES = List.of(1, 3);

    /** The pattern in a nest over one operand and the output. */
    static Optional<Triples> of(LoopNest nest, int lanes) {
        Optional<LoopNest.Axis> channels = nest.axes().stream()
                .filter(axis -> axis.extent() == 3 && axis.output() == 1)
                .findFirst();
        Optional<LoopNest.Axis> pixels = nest.axes().stream()
                .filter(axis -> axis.strides().equals(PIXEL_STRIDES) && axis.extent() % lanes == 0)
                .findFirst();
        if (channels.isEmpty() || pixels.isEmpty()) {
            return Optional.empty();
        }
        List<LoopNest.Axis> outer = new ArrayList<>(nest.axes());
        outer.remove(channels.get());
        outer.remove(pixels.get());
        return Optional.of(
                new Triples(outer, pixels.get(), channels.get().strides().getFirst()));
    }

    /** Emits {@code pointers} and the loops from {@code x0} to {@code y} around a statement made of the target and the three planes' addresses. */
    void write(StepCode code, Runnable pointers, BiFunction<String, List<String>, String> statement) {
        if (outer.isEmpty()) {
            LoopNest divided =
                    code.divided(new LoopNest(List.of(pixels)), code.target().lanes());
            if (!divided.outer().isEmpty()) {
                new Triples(divided.outer(), divided.innermost(), plane).write(code, pointers, statement);
                return;
            }
        }
        StridedCode.openParts(code, outer, pointers);
        String index = StridedCode.index(outer.size());
        code.open("for (long %s = 0; %s < %d; %s += SV_LANES)", index, index, pixels.extent(), index);
        String from = StridedCode.element("x0", outer, 0, 0) + " + " + index;
        String to = StridedCode.element("y", outer, 0, 1) + " + " + index + " * 3";
        code.line(statement.apply(
                to,
                IntStream.range(0, 3)
                        .mapToObj(channel -> channel == 0 ? from : from + " + " + channel * plane)
                        .toList()));
        code.close();
        StridedCode.closeParts(code, outer);
    }
}
