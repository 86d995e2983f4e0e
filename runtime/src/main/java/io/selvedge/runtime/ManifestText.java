package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import io.selvedge.runtime.TensorSpec.OpenAxis;
import io.selvedge.runtime.TensorSpec.Quantization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The JSON form of a {@link Manifest}. Reading is on the way to a first result, so it goes without streams and lambdas, which load
 * hundreds of classes.
 */
final class ManifestText {
    private static final String MANIFEST_BYTES = "manifestBytes";

    private ManifestText() {}

    static String write(Manifest manifest) {
        StringBuilder out = new StringBuilder("{\n");
        member(out, "formatVersion", String.valueOf(manifest.formatVersion()));
        member(out, "abiVersion", String.valueOf(Manifest.ABI_VERSION));
        member(out, "name", quote(manifest.name()));
        member(out, "modelSha256", quote(manifest.modelSha256()));
        member(out, "inputs", array(manifest.inputs(), ManifestText::tensor));
        member(out, "outputs", array(manifest.outputs(), ManifestText::tensor));
        member(out, "arenaBytes", String.valueOf(manifest.arenaBytes()));
        member(out, "preparedBytes", String.valueOf(manifest.preparedBytes()));
        member(out, "arenaAlignment", String.valueOf(Manifest.ALIGNMENT));
        member(out, "threads", String.valueOf(manifest.threads()));
        member(out, "targets", array(manifest.targets(), ManifestText::target));
        member(out, "weightBytes", String.valueOf(manifest.weightBytes()));
        if (!manifest.states().isEmpty()) {
            member(out, "states", array(manifest.states(), ManifestText::state));
        }
        if (!manifest.dims().isEmpty()) {
            member(out, "dims", lengths(manifest.dims()));
        }
        if (!manifest.furtherBindings().isEmpty()) {
            member(out, "bindings", array(manifest.furtherBindings(), ManifestText::binding));
        }
        if (!manifest.coded().isEmpty()) {
            member(out, "coded", lengths(manifest.coded()));
        }
        String parts = manifest.parts().entrySet().stream()
                .map(part -> "\n    " + quote(part.getKey()) + ": " + quote(part.getValue()))
                .collect(Collectors.joining(","));
        return out.append("  \"parts\": {").append(parts).append("\n  }\n}\n").toString();
    }

    private static void member(StringBuilder out, String name, String value) {
        out.append("  ").append(quote(name)).append(": ").append(value).append(",\n");
    }

    private static <T> String array(List<T> elements, Function<T, String> text) {
        return elements.stream().map(text).collect(Collectors.joining(",\n    ", "[\n    ", "\n  ]"));
    }

    private static String tensor(TensorSpec spec) {
        // A float printed as the double that equals it comes back without rounding twice.
        String quantization = spec.quantization()
                .map(q -> ", \"scale\": " + (double) q.scale() + ", \"zeroPoint\": " + q.zeroPoint())
                .orElse("");
        String open = spec.open()
                .map(axis -> ", \"openAxis\": " + axis.axis() + ", \"count\": " + quote(axis.count()))
                .orElse("");
        return "{\"name\": " + quote(spec.name()) + ", \"dtype\": "
                + quote(spec.dtype().onnxName()) + ", \"shape\": " + spec.shape() + quantization + open + "}";
    }

    private static String state(StatePair state) {
        return "{\"output\": " + quote(state.output()) + ", \"input\": " + quote(state.input()) + "}";
    }

    private static String lengths(Map<String, ? extends Number> lengths) {
        return lengths.entrySet().stream()
                .map(length -> quote(length.getKey()) + ": " + length.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String binding(Binding binding) {
        return "{\"dims\": " + lengths(binding.dims()) + ", \"suffix\": " + quote(binding.suffix())
                + ", \"arenaBytes\": " + binding.arenaBytes() + ", \"preparedBytes\": " + binding.preparedBytes()
                + ", \"inputs\": " + array(binding.inputs(), ManifestText::tensor)
                + ", \"outputs\": " + array(binding.outputs(), ManifestText::tensor) + "}";
    }

    private static String target(Target target) {
        String flags = target.requires().stream().map(ManifestText::quote).collect(Collectors.joining(", ", "[", "]"));
        return "{\"name\": " + quote(target.name()) + ", \"path\": " + quote(target.path()) + ", \"requires\": " + flags
                + ", \"os\": " + quote(target.os()) + ", \"arch\": " + quote(target.arch()) + "}";
    }

    private static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /** What {@code manifest.json} says where the manifest itself is coded. */
    static String ofCoded(int length) {
        StringBuilder out = new StringBuilder("{\n");
        member(out, "formatVersion", String.valueOf(Manifest.FORMAT_VERSION));
        member(out, "abiVersion", String.valueOf(Manifest.ABI_VERSION));
        return out.append("  ")
                .append(quote(MANIFEST_BYTES))
                .append(": ")
                .append(length)
                .append("\n}\n")
                .toString();
    }

    /** Length of the manifest that is coded, if this JSON only says that it is. */
    static OptionalInt codedBytes(String json) {
        try {
            Node root = new Node("the manifest", Json.parse(json));
            Optional<Node> length = root.find(MANIFEST_BYTES);
            if (length.isEmpty()) {
                return OptionalInt.empty();
            }
            requireVersions(root);
            return OptionalInt.of(length.get().smallInteger());
        } catch (IllegalArgumentException e) {
            throw damaged(e);
        }
    }

    private static void requireVersions(Node root) {
        long format = root.get("formatVersion").integer();
        if (format < 1 || format > Manifest.FORMAT_VERSION) {
            requireVersion("format", format, Manifest.FORMAT_VERSION);
        }
        requireVersion("ABI", root.get("abiVersion").integer(), Manifest.ABI_VERSION);
    }

    private static ModelException damaged(IllegalArgumentException e) {
        return new ModelException(
                Code.BAD_BUNDLE, "manifest.json is damaged: " + e.getMessage() + "; make or copy the bundle again", e);
    }

    static Manifest read(String json) {
        try {
            Node root = new Node("the manifest", Json.parse(json));
            requireVersions(root);
            requireVersion("arena alignment", root.get("arenaAlignment").integer(), Manifest.ALIGNMENT);
            TreeMap<String, String> parts = new TreeMap<>();
            for (Map.Entry<String, Node> part : root.get("parts").members().entrySet()) {
                parts.put(part.getKey(), part.getValue().string());
            }
            TreeMap<String, Long> coded = new TreeMap<>();
            Optional<Node> lengths = root.find("coded");
            if (lengths.isPresent()) {
                for (Map.Entry<String, Node> length : lengths.get().members().entrySet()) {
                    coded.put(length.getKey(), length.getValue().integer());
                }
            }
            Optional<Node> states = root.find("states");
            Optional<Node> dims = root.find("dims");
            Optional<Node> bindings = root.find("bindings");
            return new Manifest(
                    root.get("name").string(),
                    root.get("modelSha256").string(),
                    tensors(root.get("inputs")),
                    tensors(root.get("outputs")),
                    root.get("arenaBytes").integer(),
                    root.get("preparedBytes").integer(),
                    root.get("threads").smallInteger(),
                    targets(root.get("targets")),
                    root.get("weightBytes").integer(),
                    states.isPresent() ? states(states.get()) : List.of(),
                    dims.isPresent() ? dims(dims.get()) : new TreeMap<>(),
                    bindings.isPresent() ? bindings(bindings.get()) : List.of(),
                    parts,
                    coded);
        } catch (IllegalArgumentException e) {
            throw damaged(e);
        }
    }

    private static void requireVersion(String what, long found, int needed) {
        if (found != needed) {
            throw new ModelException(
                    Code.UNSUPPORTED_VERSION,
                    "the bundle has the " + what + " version " + found + ", this runtime reads version " + needed
                            + "; use the runtime jar of the Selvedge that made the bundle");
        }
    }

    private static List<TensorSpec> tensors(Node list) {
        List<TensorSpec> tensors = new ArrayList<>();
        for (Node element : list.elements()) {
            tensors.add(tensor(element));
        }
        return tensors;
    }

    private static TensorSpec tensor(Node node) {
        String name = node.get("dtype").string();
        Optional<DType> dtype = DType.named(name);
        if (dtype.isEmpty()) {
            throw new IllegalArgumentException("there is no dtype '" + name + "'");
        }
        List<Integer> shape = new ArrayList<>();
        for (Node extent : node.get("shape").elements()) {
            shape.add(extent.smallInteger());
        }
        Optional<Node> scale = node.find("scale");
        Optional<Node> axis = node.find("openAxis");
        return new TensorSpec(
                node.get("name").string(),
                dtype.get(),
                shape,
                scale.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Quantization(
                                (float) scale.get().real(),
                                node.get("zeroPoint").smallInteger())),
                axis.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new OpenAxis(
                                axis.get().smallInteger(), node.get("count").string())));
    }

    private static List<StatePair> states(Node list) {
        List<StatePair> states = new ArrayList<>();
        for (Node node : list.elements()) {
            states.add(
                    new StatePair(node.get("output").string(), node.get("input").string()));
        }
        return states;
    }

    private static SortedMap<String, Integer> dims(Node node) {
        TreeMap<String, Integer> dims = new TreeMap<>();
        for (Map.Entry<String, Node> dim : node.members().entrySet()) {
            dims.put(dim.getKey(), dim.getValue().smallInteger());
        }
        return dims;
    }

    private static List<Binding> bindings(Node list) {
        List<Binding> bindings = new ArrayList<>();
        for (Node node : list.elements()) {
            bindings.add(new Binding(
                    dims(node.get("dims")),
                    tensors(node.get("inputs")),
                    tensors(node.get("outputs")),
                    node.get("arenaBytes").integer(),
                    node.get("preparedBytes").integer(),
                    node.get("suffix").string()));
        }
        return bindings;
    }

    private static List<Target> targets(Node list) {
        List<Target> targets = new ArrayList<>();
        for (Node node : list.elements()) {
            List<String> requires = new ArrayList<>();
            for (Node flag : node.get("requires").elements()) {
                requires.add(flag.string());
            }
            targets.add(new Target(
                    node.get("name").string(),
                    node.get("path").string(),
                    requires,
                    node.get("os").string(),
                    node.get("arch").string()));
        }
        return targets;
    }

    /** A JSON value and the words that say where it stands, as the file has them. */
    private record Node(String where, Object value) {
        Node get(String name) {
            Optional<Node> found = find(name);
            if (found.isEmpty()) {
                throw new IllegalArgumentException(PartName.printable(where) + " has no '" + name + "'");
            }
            return found.get();
        }

        Optional<Node> find(String name) {
            return Optional.ofNullable(members().get(name));
        }

        Map<String, Node> members() {
            if (!(value instanceof Map<?, ?> map)) {
                throw wrong("an object");
            }
            Map<String, Node> members = new HashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                members.put((String) entry.getKey(), new Node("'" + entry.getKey() + "'", entry.getValue()));
            }
            return members;
        }

        List<Node> elements() {
            if (!(value instanceof List<?> list)) {
                throw wrong("an array");
            }
            List<Node> elements = new ArrayList<>();
            for (Object element : list) {
                elements.add(new Node("an element of " + where, element));
            }
            return elements;
        }

        String string() {
            if (!(value instanceof String text)) {
                throw wrong("a string");
            }
            return text;
        }

        long integer() {
            if (!(value instanceof Long number)) {
                throw wrong("an integer");
            }
            return number;
        }

        int smallInteger() {
            long number = integer();
            if (number != (int) number) {
                throw wrong("an integer of 32 bits");
            }
            return (int) number;
        }

        double real() {
            if (!(value instanceof Number number)) {
                throw wrong("a number");
            }
            return number.doubleValue();
        }

        private IllegalArgumentException wrong(String needed) {
            return new IllegalArgumentException(PartName.printable(where) + " must be " + needed);
        }
    }
}
