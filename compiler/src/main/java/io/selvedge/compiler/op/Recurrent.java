package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * RNN, GRU and LSTM over time, forward, backward or both, with the equations of ONNX. Inputs: X [T,N,I], W [D,gates*H,I],
 * R [D,gates*H,H], B [D,2*gates*H], lengths [N], initial h [D,N,H], for LSTM initial c and peepholes [D,3*H]. Outputs:
 * Y [T,D,N,H], last h [D,N,H], for LSTM last c. With {@code batchFirst} N leads in X, Y and the states.
 *
 * @param clip cell inputs are held within it; 0 is none
 * @param activations three for each direction, as {@link Kind} needs them
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LSTM.html">ONNX LSTM</a>
 */
public record Recurrent(
        Kind kind,
        Direction direction,
        int hidden,
        List<Squash> activations,
        float clip,
        boolean batchFirst,
        boolean linearBeforeReset,
        boolean inputForget)
        implements Op, Lowerable {
    /** The cell, with how many gates W has and how many activations a direction. */
    public enum Kind {
        RNN("RNN", 1, List.of(Squash.Form.TANH)),
        GRU("GRU", 3, List.of(Squash.Form.SIGMOID, Squash.Form.TANH)),
        LSTM("LSTM", 4, List.of(Squash.Form.SIGMOID, Squash.Form.TANH, Squash.Form.TANH));

        private final String onnx;
        private final int gates;

        @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable.
        private final List<Squash.Form> defaults;

        Kind(String onnx, int gates, List<Squash.Form> defaults) {
            this.onnx = onnx;
            this.gates = gates;
            this.defaults = defaults;
        }
    }

    /** Which way time runs. */
    public enum Direction {
        FORWARD,
        REVERSE,
        BIDIRECTIONAL
    }

    public Recurrent {
        activations = List.copyOf(activations);
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        Kind kind = Kind.valueOf(call.type());
        String name = attributes.text("direction", "forward");
        Direction direction = Arrays.stream(Direction.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE,
                        "direction '" + name + "' is not known; use forward, reverse or bidirectional"));
        int directions = direction == Direction.BIDIRECTIONAL ? 2 : 1;
        List<Squash> squashes = new ArrayList<>(Squash.read(
                attributes.texts("activations"),
                numbers(attributes, "activation_alpha"),
                numbers(attributes, "activation_beta")));
        while (squashes.size() < directions * kind.defaults.size()) {
            kind.defaults.forEach(form -> squashes.add(Squash.of(form)));
        }
        int hidden = attributes.index("hidden_size", call.has(2) ? call.extents(2)[call.extents(2).length - 1] : 0);
        return new Recurrent(
                kind,
                direction,
                hidden,
                squashes,
                attributes.number("clip", 0),
                attributes.flag("layout", false),
                attributes.flag("linear_before_reset", false),
                attributes.flag("input_forget", false));
    }

    private static List<Float> numbers(Attributes attributes, String name) {
        List<Float> numbers = new ArrayList<>();
        for (float each : attributes.floats(name).orElse(new float[0])) {
            numbers.add(each);
        }
        return numbers;
    }

    @Override
    public String type() {
        return kind.onnx;
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new TreeMap<>(Attributes.map(
                "direction",
                direction.name().toLowerCase(Locale.ROOT),
                "hidden_size",
                (long) hidden,
                "layout",
                batchFirst ? 1L : 0L,
                "activations",
                activations.stream().map(Squash::text).toArray(String[]::new)));
        float[] alphas = Squash.numbers(activations, true);
        if (alphas.length > 0) {
            attributes.put("activation_alpha", alphas);
        }
        float[] betas = Squash.numbers(activations, false);
        if (betas.length > 0) {
            attributes.put("activation_beta", betas);
        }
        if (clip > 0) {
            attributes.put("clip", clip);
        }
        if (kind == Kind.GRU) {
            attributes.put("linear_before_reset", linearBeforeReset ? 1L : 0L);
        }
        if (kind == Kind.LSTM) {
            attributes.put("input_forget", inputForget ? 1L : 0L);
        }
        return attributes;
    }

    int directions() {
        return direction == Direction.BIDIRECTIONAL ? 2 : 1;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        TensorType w = required(inputs, 1, "W");
        TensorType r = required(inputs, 2, "R");
        Operands.floating(x);
        Operands.sameDType(x, w);
        Operands.sameDType(x, r);
        shapes(x.shape().rank() == 3, "needs X of rank 3, got %s", x);
        int rows = kind.gates * hidden;
        shapes(
                w.shape().equals(Shape.of(directions(), rows, x.shape().extent(2)))
                        && r.shape().equals(Shape.of(directions(), rows, hidden)),
                "needs W [%s,%s,%s] and R [%s,%s,%s]; got W=%s, R=%s",
                directions(),
                rows,
                x.shape().extent(2),
                directions(),
                rows,
                hidden,
                w,
                r);
        int time = x.shape().extent(batchFirst ? 1 : 0);
        int batch = x.shape().extent(batchFirst ? 0 : 1);
        TensorType y = batchFirst
                ? TensorType.of(x.dtype(), batch, time, directions(), hidden)
                : TensorType.of(x.dtype(), time, directions(), batch, hidden);
        TensorType state = batchFirst
                ? TensorType.of(x.dtype(), batch, directions(), hidden)
                : TensorType.of(x.dtype(), directions(), batch, hidden);
        check(inputs, 3, TensorType.of(x.dtype(), directions(), 2L * rows));
        check(inputs, 4, TensorType.of(DType.INT32, batch));
        check(inputs, 5, state);
        if (kind == Kind.LSTM) {
            check(inputs, 6, state);
            check(inputs, 7, TensorType.of(x.dtype(), directions(), 3L * hidden));
        }
        return kind == Kind.LSTM ? List.of(y, state, state) : List.of(y, state);
    }

    private static void check(List<Optional<TensorType>> inputs, int index, TensorType needed) {
        optional(inputs, index)
                .ifPresent(given -> shapes(given.equals(needed), "needs input %s as %s, got %s", index, needed, given));
    }

    @Override
    public long macs(List<TensorType> inputs, List<TensorType> outputs) {
        Shape x = inputs.get(0).shape();
        return (long) x.extent(0) * x.extent(1) * directions() * kind.gates * hidden * (x.extent(2) + hidden);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        List<TensorType> types =
                infer(inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs);
        int[] x = required(inputs, 0, "X").shape().extents();
        int time = x[batchFirst ? 1 : 0];
        int batch = x[batchFirst ? 0 : 1];
        double[] y = new double[time * directions() * batch * hidden];
        double[] h = new double[directions() * batch * hidden];
        double[] c = new double[h.length];
        for (int d = 0; d < directions(); d++) {
            RecurrentCell cell = new RecurrentCell(this, inputs, d);
            boolean backward = direction == Direction.REVERSE || d == 1;
            for (int n = 0; n < batch; n++) {
                int at = n;
                int length = optional(inputs, 4)
                        .map(lengths -> Math.clamp(lengths.getLong(at), 0, time))
                        .orElse(time);
                int state = (batchFirst ? n * directions() + d : d * batch + n) * hidden;
                cell.start(state);
                for (int step = 0; step < length; step++) {
                    int t = backward ? length - 1 - step : step;
                    cell.step((batchFirst ? n * time + t : t * batch + n) * x[2]);
                    int to = batchFirst ? (n * time + t) * directions() + d : (t * directions() + d) * batch + n;
                    System.arraycopy(cell.h, 0, y, to * hidden, hidden);
                }
                System.arraycopy(cell.h, 0, h, state, hidden);
                System.arraycopy(cell.c, 0, c, state, hidden);
            }
        }
        List<Tensor> results = new ArrayList<>(
                List.of(Tensor.filled(types.get(0), i -> y[i]), Tensor.filled(types.get(1), i -> h[i])));
        if (kind == Kind.LSTM) {
            results.add(Tensor.filled(types.get(2), i -> c[i]));
        }
        return results;
    }

    /** Activations of one direction. */
    List<Squash> activations(int direction) {
        int each = kind.defaults.size();
        return activations.subList(direction * each, direction * each + each);
    }

    int gates() {
        return kind.gates;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        RecurrentLowering.lower(node, builder, this);
    }
}
