package io.selvedge.bench;

import io.selvedge.bench.SuiteModel.Group;
import io.selvedge.bench.SuiteModel.Source;
import io.selvedge.compress.data.Yaml;
import io.selvedge.compress.data.YamlKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The models of a comparison, read from YAML; {@code bench/README.md} describes the keys. */
final class SuiteFile {
    private static final Set<String> SOURCES = Set.of("network", "shared", "resource");
    private static final Set<String> KEYS =
            Set.of("name", "group", "network", "shared", "resource", "int8", "shapes", "fill", "range", "load", "java");

    private SuiteFile() {}

    /** @throws io.selvedge.compiler.diag.SelvedgeException DATA_NOT_FOUND, or BAD_DATA with the line */
    static List<SuiteModel> read(Path file) {
        YamlKeys root = new YamlKeys(file, "the suite", Yaml.read(file), Set.of("models"));
        if (!(root.required("models") instanceof Yaml.Sequence list)) {
            throw root.fault(root.required("models"), "'models' must be a list");
        }
        List<SuiteModel> models = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Yaml item : list.items()) {
            YamlKeys keys = new YamlKeys(file, "a model", item, KEYS);
            SuiteModel model = model(keys, item);
            if (!names.add(model.name())) {
                throw keys.fault(item, "the name '" + model.name() + "' is given twice");
            }
            models.add(model);
        }
        return models;
    }

    private static SuiteModel model(YamlKeys keys, Yaml item) {
        Source fp32 = source(keys)
                .orElseThrow(() -> keys.fault(item, "a model needs one of the keys network, shared and resource"));
        List<String> range = keys.has("range") ? keys.texts("range") : List.of("-1", "1");
        if (range.size() != 2) {
            throw keys.fault(item, "'range' must be a list like [-1, 1]");
        }
        Set<String> groups = Arrays.stream(Group.values()).map(Group::title).collect(Collectors.toSet());
        Group group = Arrays.stream(Group.values())
                .filter(g -> g.title().equals(keys.word("group", groups, "other")))
                .findFirst()
                .orElseThrow();
        return new SuiteModel(
                keys.text("name"),
                group,
                fp32,
                int8(keys),
                shapes(keys),
                fill(keys),
                number(keys, item, range.getFirst()),
                number(keys, item, range.getLast()),
                flag(keys, "load"),
                flag(keys, "java"));
    }

    private static boolean flag(YamlKeys keys, String key) {
        return keys.word(key, Set.of("yes", "no"), "no").equals("yes");
    }

    private static Optional<Source> source(YamlKeys keys) {
        List<String> given = SOURCES.stream().filter(keys::has).toList();
        if (given.size() != 1) {
            return Optional.empty();
        }
        String text = keys.text(given.getFirst());
        return Optional.of(
                switch (given.getFirst()) {
                    case "network" -> new Source.Network(text);
                    case "shared" -> new Source.Shared(text);
                    default -> new Source.Resource(text);
                });
    }

    private static Source int8(YamlKeys keys) {
        Optional<Yaml> value = keys.value("int8");
        if (value.isPresent() && value.get() instanceof Yaml.Mapping) {
            YamlKeys inner = new YamlKeys(keys.file(), "int8", value.get(), SOURCES);
            return source(inner).orElseThrow(() -> inner.fault(value.get(), "int8 needs one file"));
        }
        return keys.word("int8", Set.of("quantize", "none"), "quantize").equals("none")
                ? new Source.None()
                : new Source.Quantized();
    }

    private static Map<String, List<Integer>> shapes(YamlKeys keys) {
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        for (String input : names(keys, "shapes")) {
            YamlKeys inner = inner(keys, "shapes");
            List<Integer> extents = new ArrayList<>();
            for (String text : inner.texts(input)) {
                extents.add((int) number(inner, inner.required(input), text));
            }
            shapes.put(input, extents);
        }
        return shapes;
    }

    private static Map<String, Integer> fill(YamlKeys keys) {
        Map<String, Integer> fill = new LinkedHashMap<>();
        for (String input : names(keys, "fill")) {
            fill.put(input, inner(keys, "fill").integer(input, 0));
        }
        return fill;
    }

    /** The keys of a mapping whose names are the model's inputs. */
    private static Set<String> names(YamlKeys keys, String key) {
        Optional<Yaml> value = keys.value(key);
        if (value.isEmpty()) {
            return Set.of();
        }
        if (!(value.get() instanceof Yaml.Mapping mapping)) {
            throw keys.fault(value.get(), "'" + key + "' must be a mapping of inputs");
        }
        return mapping.entries().keySet();
    }

    private static YamlKeys inner(YamlKeys keys, String key) {
        return new YamlKeys(keys.file(), key, keys.required(key), names(keys, key));
    }

    private static double number(YamlKeys keys, Yaml at, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw keys.fault(at, "'" + text + "' is no number");
        }
    }
}
