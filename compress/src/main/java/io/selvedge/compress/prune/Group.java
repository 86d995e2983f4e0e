package io.selvedge.compress.prune;

import java.util.List;
import java.util.Map;

/**
 * Layers whose channels must be cut together, and the slices that can be cut.
 *
 * @param name of the first layer that writes its channels
 * @param slices in the order of the channels
 * @param roles of the weights' axes that the slices run along; biases, batch norms and slopes are cut with them and not listed
 */
public record Group(String name, List<Slice> slices, Map<Axis, Role> roles) {
    public Group {
        slices = List.copyOf(slices);
        roles = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(roles));
    }

    /** Axes of weights that write the channels. */
    public List<Axis> writers() {
        return axes(Role.WRITES);
    }

    /** Names of the layers that write the channels. */
    public List<String> layers() {
        return writers().stream().map(axis -> axis.place().reader()).distinct().toList();
    }

    /** Output channels of each of them. */
    public int channels() {
        return slices.size() * width();
    }

    /** Axes of weights that read the channels. */
    public List<Axis> readers() {
        return axes(Role.READS);
    }

    private List<Axis> axes(Role role) {
        return roles.entrySet().stream()
                .filter(entry -> entry.getValue() == role)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Output channels of a layer that one slice is: 1 but for heads, depthwise multipliers and grouped convolutions. */
    public int width() {
        return writers().stream()
                .mapToInt(axis -> slices.getFirst().width(axis))
                .min()
                .orElse(1);
    }
}
