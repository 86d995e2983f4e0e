package io.selvedge.compiler.emit.c;

import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Graphs with random weights, in f32 or with every value quantised. */
final class NetText {
    private final boolean eightBit;
    private final Random random;
    private final StringBuilder head = new StringBuilder();
    private final StringBuilder nodes = new StringBuilder();
    private int count;

    NetText(boolean eightBit, long seed) {
        this.eightBit = eightBit;
        random = new Random(seed);
    }

    String start(String name, int... extents) {
        head.append("graph net\ninput %s: float32[1,%d,%d,%d]\n".formatted(name, extents[0], extents[1], extents[2]));
        head.append("const s: float32[] = {0.05}\nconst z: uint8[] = {0}\nconst zc: uint8[] = {117}\n");
        head.append("const ws: float32[] = {0.01}\nconst wz: int8[] = {0}\nconst bs: float32[] = {0.0005}\n");
        head.append("const bz: int32[] = {0}\n");
        return quantized(name, "zc");
    }

    String conv(String x, int c, int oc, int k, int stride, int pad, int group, boolean relu) {
        int id = ++count;
        int weights = oc * c / group * k * k;
        String shape = "[%d,%d,%d,%d]".formatted(oc, c / group, k, k);
        String weight = "w" + id;
        String bias = "b" + id;
        if (eightBit) {
            head.append("const w%dq: int8%s = {%s}\n".formatted(id, shape, numbers(weights, 120)));
            head.append("const b%dq: int32[%d] = {%s}\n".formatted(id, oc, numbers(oc, 2000)));
            line("DequantizeLinear{axis=1}(w" + id + "q, ws, wz)", weight);
            line("DequantizeLinear{axis=1}(b" + id + "q, bs, bz)", bias);
        } else {
            head.append("const w%d: float32%s = {%s}\n".formatted(id, shape, fractions(weights)));
            head.append("const b%d: float32[%d] = {%s}\n".formatted(id, oc, fractions(oc)));
        }
        String y = "c" + id;
        line(
                "Conv{dilations=[1,1], group=%d, pads=[%d,%d,%d,%d], strides=[%d,%d]}(%s, %s, %s)"
                        .formatted(group, pad, pad, pad, pad, stride, stride, x, weight, bias),
                y);
        if (relu) {
            line("Relu(" + y + ")", "r" + id);
            y = "r" + id;
        }
        return quantized(y, relu ? "z" : "zc");
    }

    String add(String a, String b) {
        String y = "a" + ++count;
        line("Add(" + a + ", " + b + ")", y);
        return quantized(y, "zc");
    }

    String node(String op, String x) {
        String y = "n" + ++count;
        line(op + "(" + x + ")", y);
        return quantized(y, "zc");
    }

    private String quantized(String x, String zero) {
        if (!eightBit) {
            return x;
        }
        line("QuantizeLinear{axis=1, saturate=1}(" + x + ", s, " + zero + ")", x + "q");
        line("DequantizeLinear{axis=1}(" + x + "q, s, " + zero + ")", x + "d");
        return x + "d";
    }

    private void line(String node, String y) {
        nodes.append("node n_%s: %s -> %s\n".formatted(y, node, y));
    }

    private String numbers(int n, int bound) {
        return IntStream.range(0, n)
                .mapToObj(_ -> String.valueOf(random.nextInt(2 * bound) - bound))
                .collect(Collectors.joining(", "));
    }

    private String fractions(int n) {
        return IntStream.range(0, n)
                .mapToObj(_ -> String.valueOf((float) random.nextGaussian() / 4))
                .collect(Collectors.joining(", "));
    }

    String end(String y) {
        return head + nodes.toString() + "output " + y + "\n";
    }
}
