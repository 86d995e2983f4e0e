package io.selvedge.compiler.ir;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Graphs as text, a line for each input, constant, node and output:
 *
 * <pre>
 * graph mlp
 * input x: float32[1,4]
 * const w: float32[2,4] = splat 0.5
 * const b: float32[2] = {0.0, 1.0}
 * node fc: Gemm{alpha=1.0, beta=1.0, transA=0, transB=1}(x, w, b) -&gt; y: float32[1,2]
 * output y
 * </pre>
 *
 * An absent input is {@code _}; names with other characters than letters, digits and {@code _ . / : + - @ #} are quoted.
 */
public final class GraphText {
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_./:+\\-@#]+");
    private static final int LISTED_ELEMENTS = 8;
    private static final int DIGEST_CHARACTERS = 12;

    private final boolean full;
    private final StringBuilder text = new StringBuilder();

    private GraphText(boolean full) {
        this.full = full;
    }

    /** Large constants as digests: for people and for comparison. */
    public static String dump(Graph graph) {
        return new GraphText(false).print(graph);
    }

    /** Large constants in base64: {@link #parse} gives the same graph back. */
    public static String dumpFull(Graph graph) {
        return new GraphText(true).print(graph);
    }

    /**
     * Reads what {@link #dumpFull} wrote, or what a person wrote in that form; types of node outputs may be left out.
     *
     * @throws IllegalArgumentException that names the line
     */
    public static Graph parse(String text, OpFactory ops) {
        return new GraphParser(text, ops).parse();
    }

    private String print(Graph graph) {
        text.append("graph ").append(name(graph.name())).append('\n');
        graph.inputs().forEach(input -> line("input", input, graph));
        graph.constants()
                .forEach((value, tensor) -> text.append("const ")
                        .append(name(value))
                        .append(": ")
                        .append(tensor.type())
                        .append(" = ")
                        .append(elements(tensor))
                        .append('\n'));
        graph.nodes().forEach(node -> node(node, graph));
        graph.outputs()
                .forEach(output -> text.append("output ").append(name(output)).append('\n'));
        return text.toString();
    }

    private void line(String keyword, String value, Graph graph) {
        text.append(keyword)
                .append(' ')
                .append(name(value))
                .append(": ")
                .append(graph.type(value))
                .append('\n');
    }

    private void node(Node node, Graph graph) {
        text.append("node ").append(name(node.name())).append(": ");
        text.append(node.op().domain().isEmpty() ? "" : node.op().domain() + ".")
                .append(node.op().type());
        Map<String, Object> attributes = node.op().attributes();
        if (!attributes.isEmpty()) {
            text.append(attributes.entrySet().stream()
                    .map(entry -> name(entry.getKey()) + "=" + attribute(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}")));
        }
        text.append(node.inputs().stream()
                .map(input -> input.isEmpty() ? "_" : name(input))
                .collect(Collectors.joining(", ", "(", ")")));
        text.append(node.outputs().stream()
                .map(output -> output.isEmpty() ? "_" : name(output) + ": " + graph.type(output))
                .collect(Collectors.joining(", ", " -> ", "\n")));
    }

    private static String name(String name) {
        return !name.equals("_") && BARE.matcher(name).matches() ? name : quoted(name);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private String attribute(Object value) {
        return switch (value) {
            case String string -> quoted(string);
            case Tensor tensor -> tensor.type() + " " + elements(tensor);
            case long[] numbers -> java.util.Arrays.toString(numbers);
            case float[] numbers -> java.util.Arrays.toString(numbers);
            case String[] strings ->
                java.util.Arrays.stream(strings).map(GraphText::quoted).collect(Collectors.joining(", ", "[", "]"));
            default -> value.toString();
        };
    }

    private String elements(Tensor tensor) {
        int count = tensor.elements();
        List<String> listed = new ArrayList<>();
        for (int i = 0; i < Math.min(count, LISTED_ELEMENTS); i++) {
            listed.add(element(tensor, i));
        }
        if (full && tensor.dtype() == DType.STRING) {
            // Texts have no bytes, so that only a list says them all.
            return tensor.toTexts().stream().map(GraphText::quoted).collect(Collectors.joining(", ", "{", "}"));
        }
        if (count <= LISTED_ELEMENTS && isPrintable(tensor)) {
            return listed.stream().collect(Collectors.joining(", ", "{", "}"));
        }
        if (count > LISTED_ELEMENTS && isSplat(tensor) && isPrintable(tensor)) {
            return "splat " + listed.getFirst();
        }
        return full ? "base64 " + Base64.getEncoder().encodeToString(bytes(tensor)) : "sha256 " + digest(tensor);
    }

    /** Decimal text keeps every bit but those of NaN. */
    private static boolean isPrintable(Tensor tensor) {
        for (int i = 0; tensor.dtype().isFloat() && i < tensor.elements(); i++) {
            if (Double.isNaN(tensor.getDouble(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSplat(Tensor tensor) {
        if (tensor.dtype() == DType.STRING) {
            return false;
        }
        byte[] bytes = bytes(tensor);
        int width = tensor.dtype().bytes();
        for (int i = width; i < bytes.length; i++) {
            if (bytes[i] != bytes[i - width]) {
                return false;
            }
        }
        return true;
    }

    private static String element(Tensor tensor, int i) {
        return switch (tensor.dtype()) {
            case FLOAT64 -> Double.toString(tensor.getDouble(i));
            case FLOAT32, FLOAT16, BFLOAT16, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ ->
                Float.toString(tensor.getFloat(i));
            case STRING -> quoted(tensor.getText(i));
            default -> Long.toString(tensor.getLong(i));
        };
    }

    private static byte[] bytes(Tensor tensor) {
        if (tensor.dtype() == DType.STRING) {
            return String.join("\0", tensor.toTexts()).getBytes(StandardCharsets.UTF_8);
        }
        byte[] bytes = new byte[tensor.bytes().remaining()];
        tensor.bytes().get(bytes);
        return bytes;
    }

    private static String digest(Tensor tensor) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes(tensor));
            return HexFormat.of().formatHex(digest).substring(0, DIGEST_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
