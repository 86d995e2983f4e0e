package io.selvedge.compiler.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@link GraphText}'s format, line by line. */
final class GraphParser {
    private final List<String> lines;
    private final OpFactory ops;
    private GraphScanner scanner = new GraphScanner("", 0);

    GraphParser(String text, OpFactory ops) {
        this.lines = text.lines().toList();
        this.ops = ops;
    }

    Graph parse() {
        GraphBuilder builder = new GraphBuilder(name());
        List<String> outputs = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            scanner = new GraphScanner(lines.get(i), i + 1);
            if (!scanner.atEnd()) {
                String keyword = scanner.word();
                switch (keyword) {
                    case "input" -> builder.input(typedName(), type());
                    case "const" -> {
                        String value = typedName();
                        TensorType type = type();
                        scanner.expect("=");
                        builder.namedConstant(value, elements(type));
                    }
                    case "node" -> node(builder);
                    case "output" -> outputs.add(scanner.word());
                    default -> throw scanner.error("unknown keyword '" + keyword + "'");
                }
                if (!scanner.atEnd()) {
                    throw scanner.error("unexpected text behind the line's end");
                }
            }
        }
        outputs.forEach(builder::output);
        return builder.build();
    }

    private String name() {
        scanner = new GraphScanner(lines.isEmpty() ? "" : lines.getFirst(), 1);
        if (!scanner.word().equals("graph")) {
            throw scanner.error("the first line must be 'graph NAME'");
        }
        return scanner.word();
    }

    /** A name in front of a colon; a bare name may itself hold colons. */
    private String typedName() {
        return scanner.nameBeforeColon();
    }

    private TensorType type() {
        String word = scanner.word();
        DType dtype = DType.ofText(word).orElseThrow(() -> scanner.error("unknown dtype '" + word + "'"));
        scanner.expect("[");
        List<Long> extents = new ArrayList<>();
        while (!scanner.accept("]")) {
            extents.add(Long.parseLong(scanner.word()));
            scanner.accept(",");
        }
        return TensorType.of(dtype, extents.stream().mapToLong(n -> n).toArray());
    }

    private Tensor elements(TensorType type) {
        int count = Math.toIntExact(type.shape().elements());
        if (scanner.accept("{")) {
            String[] values = new String[count];
            for (int i = 0; i < count; i++) {
                values[i] = scanner.word();
                scanner.accept(",");
            }
            scanner.expect("}");
            return tensor(type, values);
        }
        String form = scanner.word();
        String value = scanner.rest();
        return switch (form) {
            case "splat" -> {
                String[] values = new String[count];
                Arrays.fill(values, value);
                yield tensor(type, values);
            }
            case "base64" -> Tensor.of(type, Base64.getDecoder().decode(value));
            default -> throw scanner.error("'" + form + "' cannot be read back; dump the graph in full");
        };
    }

    private static Tensor tensor(TensorType type, String[] values) {
        if (type.dtype() == DType.STRING) {
            return Tensor.texts(type.shape(), i -> values[i]);
        }
        return type.dtype().isFloat()
                ? Tensor.filled(type, i -> Double.parseDouble(values[i]))
                : Tensor.integers(type, i -> Long.parseLong(values[i]));
    }

    private void node(GraphBuilder builder) {
        String name = typedName();
        String type = scanner.word();
        // Domains have dots, types have none.
        int dot = type.lastIndexOf('.');
        Map<String, Object> attributes = new LinkedHashMap<>();
        if (scanner.accept("{")) {
            while (!scanner.accept("}")) {
                String attribute = scanner.word();
                scanner.expect("=");
                attributes.put(attribute, attribute());
                scanner.accept(",");
            }
        }
        scanner.expect("(");
        List<String> inputs = new ArrayList<>();
        while (!scanner.accept(")")) {
            inputs.add(scanner.accept("_") ? "" : scanner.word());
            scanner.accept(",");
        }
        scanner.expect("->");
        List<String> outputs = new ArrayList<>();
        Map<String, TensorType> stated = new LinkedHashMap<>();
        do {
            if (scanner.accept("_")) {
                outputs.add("");
            } else {
                outputs.add(scanner.nameBeforeColon());
                if (!scanner.atEnd() && !scanner.peek(",")) {
                    stated.put(outputs.getLast(), type());
                }
            }
        } while (scanner.accept(","));
        Op op = ops.create(dot < 0 ? "" : type.substring(0, dot), type.substring(dot + 1), attributes);
        builder.add(new Node(name, op, inputs, outputs));
        stated.forEach((output, wanted) -> {
            if (!builder.type(output).equals(wanted)) {
                throw scanner.error("'" + output + "' is stated as " + wanted + " but is " + builder.type(output));
            }
        });
    }

    private Object attribute() {
        if (scanner.peek("\"")) {
            return scanner.word();
        }
        if (scanner.accept("[")) {
            List<Object> values = new ArrayList<>();
            while (!scanner.accept("]")) {
                values.add(scanner.peek("\"") ? scanner.word() : number(scanner.word()));
                scanner.accept(",");
            }
            return array(values);
        }
        String word = scanner.word();
        if (DType.ofText(word).isPresent()) {
            scanner.back(word);
            return elements(type());
        }
        return number(word);
    }

    private static Object array(List<Object> values) {
        if (!values.isEmpty() && values.getFirst() instanceof String) {
            return values.toArray(String[]::new);
        }
        if (values.isEmpty() || values.getFirst() instanceof Long) {
            return values.stream().mapToLong(value -> (Long) value).toArray();
        }
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (Float) values.get(i);
        }
        return floats;
    }

    private Object number(String word) {
        try {
            boolean whole = word.chars().skip(word.startsWith("-") ? 1 : 0).allMatch(Character::isDigit);
            return whole ? (Object) Long.valueOf(word) : (Object) Float.valueOf(word);
        } catch (NumberFormatException e) {
            throw scanner.error("'" + word + "' is not a number");
        }
    }
}
