package io.selvedge.compiler.tflite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV: filters are moved to ONNX's order of axes, images turned. */
final class Convolutions {
    private static final int VALID = 1;

    private Convolutions() {}

    /** Filter [O,kh,kw,C/group]; bias [O]. */
    static void conv(TfliteCall call) {
        int channels = call.extents(0).getLast();
        int perGroup = call.extents(1).getLast();
        if (perGroup == 0 || channels % perGroup != 0) {
            throw call.unsupported("has a filter for " + perGroup + " channels on an image of " + channels);
        }
        convolution(call, Weights.moved(call, 1, 0, 3, 1, 2), channels / perGroup, 3, 4);
    }

    /** Filter [1,kh,kw,C*multiplier]; bias [C*multiplier]. */
    static void depthwise(TfliteCall call) {
        convolution(call, Weights.moved(call, 1, 3, 0, 1, 2), call.extents(0).getLast(), 4, 5);
    }

    private static void convolution(TfliteCall call, String filter, int group, int activation, int dilationW) {
        FlatTable options = call.options();
        Map<String, Object> attributes = new TreeMap<>();
        attributes.put("strides", new long[] {options.integer(2, 0), options.integer(1, 0)});
        if (call.dilation().isPresent()) {
            attributes.put("pads", TfliteGraph.longs(call.dilation().get().pads()));
            attributes.put("dilations", TfliteGraph.longs(call.dilation().get().factors()));
        } else {
            attributes.put("auto_pad", padding(options.small(0, 0)));
            attributes.put("dilations", new long[] {options.integer(dilationW + 1, 1), options.integer(dilationW, 1)});
        }
        attributes.put("group", (long) group);
        List<String> inputs = new ArrayList<>(List.of(call.image(0), filter));
        Weights.bias(call, 2, 0, 1).ifPresent(inputs::add);
        String y = call.emit("Conv", attributes, inputs.toArray(String[]::new));
        call.deliverImage(0, call.activated(y, activation));
    }

    /** SAME puts the odd row and column behind. */
    static String padding(int code) {
        return code == VALID ? "VALID" : "SAME_UPPER";
    }

    /** Inputs: extents of the result, filter [O,kh,kw,C], image, bias [O]. */
    static void transposed(TfliteCall call) {
        List<Integer> out = call.integers(0, "output_shape");
        List<Integer> filter = call.extents(1);
        List<Integer> in = call.extents(2);
        if (out.size() != 4 || filter.size() != 4 || in.size() != 4) {
            throw call.unsupported("needs images of 4 axes, got " + in + " and a result " + out);
        }
        FlatTable options = call.options();
        int[] strides = {options.integer(2, 0), options.integer(1, 0)};
        long[] pads = new long[4];
        long[] more = new long[2];
        for (int axis = 0; axis < 2; axis++) {
            // What the forward convolution over the result would be padded with; less than nothing is more output.
            int total = (in.get(axis + 1) - 1) * strides[axis] + filter.get(axis + 1) - out.get(axis + 1);
            pads[axis] = Math.max(0, total / 2);
            pads[axis + 2] = Math.max(0, total) - pads[axis];
            more[axis] = Math.max(0, -total);
        }
        Map<String, Object> attributes = new TreeMap<>();
        attributes.put("strides", new long[] {strides[0], strides[1]});
        attributes.put("pads", pads);
        attributes.put("output_padding", more);
        List<String> inputs = new ArrayList<>(List.of(call.image(2), Weights.moved(call, 1, 3, 0, 1, 2)));
        Optional<String> bias = Weights.bias(call, 3, 2, 1);
        bias.ifPresent(inputs::add);
        String y = call.emit("ConvTranspose", attributes, inputs.toArray(String[]::new));
        call.deliverImage(0, call.activated(y, 3));
    }
}
