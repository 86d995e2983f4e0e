package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.List;

/** A strided operand's memory: an array, fixed for a weight and a session's for a buffer, with the places in it. */
final class Elements {
    private static final int SHORT = 8;

    private final Element element;
    private final int buffer;
    private final Object constants;
    private final Walk walk;

    private Elements(Element element, int buffer, Object constants, Walk walk) {
        this.element = element;
        this.buffer = buffer;
        this.constants = constants;
        this.walk = walk;
    }

    /** @param order positions of the extents and strides, outermost first */
    static Elements of(
            Program program,
            Weights weights,
            List<Integer> extents,
            Kernel.Strided operand,
            Element weightType,
            List<Integer> order) {
        List<Integer> inOrder = order.stream().map(extents::get).toList();
        List<Integer> strides = order.stream().map(operand.strides()::get).toList();
        if (operand.weight()) {
            Object constants = switch (weightType.storage()) {
                case BYTES -> weights.octets(operand.buffer());
                case SHORTS -> weights.shorts(operand.buffer());
                case INTS -> weights.ints(operand.buffer());
                case LONGS -> weights.longs(operand.buffer());
                case FLOATS -> weights.floats(operand.buffer());
                case DOUBLES -> weights.doubles(operand.buffer());
            };
            return new Elements(weightType, -1, constants, new Walk(inOrder, strides, operand.offset()));
        }
        var buffer = program.buffer(operand.buffer());
        return new Elements(
                buffer.element(), operand.buffer(), null, new Walk(inOrder, strides, buffer.base() + operand.offset()));
    }

    Element element() {
        return element;
    }

    Object array(Memory memory) {
        return constants != null ? constants : memory.array(buffer);
    }

    Walk walk() {
        return walk.restarted();
    }

    /** The same with a long axis last, for what has no order of its own: short runs cost more than memory apart. */
    static List<Integer> longestLast(List<Integer> order, List<Integer> extents) {
        if (order.isEmpty() || extents.get(order.get(order.size() - 1)) >= SHORT) {
            return order;
        }
        List<Integer> other = new java.util.ArrayList<>(order);
        Integer longest = java.util.Collections.max(order, java.util.Comparator.comparing(extents::get));
        other.remove((Object) longest);
        other.add(longest);
        return other;
    }

    /** Axes by the distance of the output's elements, largest first, so that it is written in the order of its memory. */
    static List<Integer> orderOf(Kernel.Strided output) {
        return java.util.stream.IntStream.range(0, output.strides().size())
                .boxed()
                .sorted(java.util.Comparator.comparingInt(
                        axis -> -Math.abs(output.strides().get(axis))))
                .toList();
    }
}
