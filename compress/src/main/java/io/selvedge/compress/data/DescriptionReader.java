package io.selvedge.compress.data;

import io.selvedge.compiler.image.Colour;
import io.selvedge.compiler.image.ImageFile;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compress.data.DataDescription.Calibration;
import io.selvedge.compress.data.DataDescription.Content;
import io.selvedge.compress.data.DataDescription.LabelFile;
import io.selvedge.compress.data.InputDescription.ImageSize;
import io.selvedge.compress.data.InputDescription.Layout;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads a data description. Relative paths start at the description's folder.
 *
 * <pre>{@code
 * kind: images            # images | raw | npz
 * path: test.tar.gz       # folder, .tar, .tar.gz, .tgz, .zip; read in place (npz: an .npz file)
 * classes: [cat, dog]     # folder names in label order
 * input: {name: x, layout: NCHW, colour: RGB, resize: [32, 32], dtype: float32, scale: 1, offset: 0, mean: 0, std: 1}
 * record: {dtype: int8, shape: [1, 1, 49, 10]}    # raw only
 * labels: {file: y.csv, key: 0, value: 2}         # raw, images: column of the file name, column of the class
 * metric: top1            # top1 | top5 | mse | auc | agreement
 * calibration: {path: train.tar.gz, take: 500, seed: 1}   # or {split: 200, seed: 1}
 * training: {path: train.tar.gz, validation: 0.1}         # take, split and seed as above; labels: false ignores them;
 *                                                         # augment: {flip: true, shift: 3, noise: 0.1, gain: 0.1}
 * }</pre>
 */
final class DescriptionReader {
    private static final Set<String> COMMON = Set.of("kind", "path", "classes", "metric", "calibration", "training");
    private static final Set<String> PARTS = Set.of("path", "take", "split", "seed");
    private static final Set<String> KINDS = Set.of("images", "raw", "npz");
    private static final Set<String> METRICS = Set.of("top1", "top5", "mse", "auc", "agreement");
    private static final Set<String> DTYPES =
            Set.of("float32", "float64", "float16", "int8", "uint8", "int16", "uint16", "int32", "int64", "bool");

    private DescriptionReader() {}

    static DataDescription read(Path file) {
        Yaml document = Yaml.read(file);
        Set<String> all = union(COMMON, Set.of("input", "record", "labels"));
        String kind = new YamlKeys(file, "the description", document, all).word("kind", KINDS, "");
        YamlKeys keys = new YamlKeys(file, "the description", document, all);
        keys.required("kind");
        keys = new YamlKeys(file, "the description of kind '" + kind + "'", document, keysOf(kind));
        Path path = path(keys, "path");
        Content content = switch (kind) {
            case "images" -> new DataDescription.Images(path, labels(keys), input(keys, true));
            case "raw" -> raw(keys, path);
            default -> new DataDescription.Npz(path);
        };
        Optional<List<String>> classes = keys.has("classes") ? Optional.of(classes(keys)) : Optional.empty();
        Optional<String> metric = keys.has("metric") ? Optional.of(keys.word("metric", METRICS, "")) : Optional.empty();
        return new DataDescription(file, content, classes, metric, calibration(keys), training(keys));
    }

    private static Set<String> keysOf(String kind) {
        return switch (kind) {
            case "images" -> union(COMMON, Set.of("input", "labels"));
            case "raw" -> union(COMMON, Set.of("input", "labels", "record"));
            default -> COMMON;
        };
    }

    private static List<String> classes(YamlKeys keys) {
        List<String> classes = keys.texts("classes");
        Set<String> seen = new HashSet<>();
        for (String name : classes) {
            if (!seen.add(name)) {
                throw keys.fault(keys.required("classes"), "class '" + name + "' is listed twice");
            }
        }
        if (classes.isEmpty()) {
            throw keys.fault(keys.required("classes"), "'classes' is empty; leave it out for data without labels");
        }
        return classes;
    }

    private static Content raw(YamlKeys keys, Path path) {
        YamlKeys record = new YamlKeys(keys.file(), "record", keys.required("record"), Set.of("dtype", "shape"));
        record.required("dtype");
        int[] shape = record.positiveInts("shape");
        Shape extents = Shape.of(Arrays.stream(shape).asLongStream().toArray());
        DType dtype = dtype(record, "float32");
        double bytes = Arrays.stream(shape).asDoubleStream().reduce(dtype.bytes(), (a, b) -> a * b);
        if (bytes > Archive.MAX_ENTRY_BYTES) {
            throw record.fault(
                    record.required("shape"),
                    "'shape' of record needs more than " + Archive.MAX_ENTRY_BYTES + " bytes a record");
        }
        InputDescription input = input(keys, false);
        int channels = channels(shape, input.layout());
        checkChannels(keys, input, channels);
        return new DataDescription.Raw(path, dtype, extents, labels(keys), input);
    }

    private static int channels(int[] shape, Layout layout) {
        int axis = layout == Layout.NCHW ? 1 : shape.length - 1;
        return axis < shape.length ? shape[axis] : 1;
    }

    private static InputDescription input(YamlKeys keys, boolean image) {
        Set<String> known = Set.of("name", "layout", "dtype", "offset", "scale", "mean", "std");
        Set<String> imageOnly = image ? Set.of("colour", "resize") : Set.of();
        YamlKeys input = new YamlKeys(keys.file(), "input", keys.required("input"), union(known, imageOnly));
        Optional<ImageSize> size = Optional.empty();
        if (input.has("resize")) {
            int[] extents = input.positiveInts("resize");
            if (extents.length != 2 || (long) extents[0] * extents[1] > ImageFile.MAX_PIXELS) {
                throw input.fault(
                        input.required("resize"),
                        "'resize' of input must be [height, width] of at most " + ImageFile.MAX_PIXELS + " pixels");
            }
            size = Optional.of(new ImageSize(extents[0], extents[1]));
        }
        InputDescription description = new InputDescription(
                input.text("name"),
                Layout.valueOf(input.word("layout", names(Layout.values()), "NCHW")),
                Colour.valueOf(input.word("colour", names(Colour.values()), "RGB")),
                size,
                dtype(input, "float32"),
                input.number("offset", 0),
                input.number("scale", 1),
                input.numbers("mean", 0),
                input.numbers("std", 1));
        if (description.std().contains(0.0)) {
            throw input.fault(input.required("std"), "'std' of input must not be 0: it divides");
        }
        if (image) {
            checkChannels(keys, description, description.colour().channels());
        }
        return description;
    }

    private static void checkChannels(YamlKeys keys, InputDescription input, int channels) {
        for (List<Double> values : List.of(input.mean(), input.std())) {
            if (values.size() != 1 && values.size() != channels) {
                throw keys.fault(
                        keys.required("input"),
                        "'mean' and 'std' of input take one number or one per channel (" + channels + "); got "
                                + values.size());
            }
        }
    }

    private static DType dtype(YamlKeys keys, String fallback) {
        return DType.valueOf(keys.word("dtype", DTYPES, fallback).toUpperCase(java.util.Locale.ROOT));
    }

    private static Optional<LabelFile> labels(YamlKeys keys) {
        if (!keys.has("labels")) {
            return Optional.empty();
        }
        YamlKeys labels = new YamlKeys(keys.file(), "labels", keys.required("labels"), Set.of("file", "key", "value"));
        return Optional.of(new LabelFile(path(labels, "file"), labels.integer("key", 0), labels.integer("value", 0)));
    }

    private static Optional<Calibration> calibration(YamlKeys keys) {
        if (!keys.has("calibration")) {
            return Optional.empty();
        }
        Yaml value = keys.required("calibration");
        return Optional.of(samples(keys, value, new YamlKeys(keys.file(), "calibration", value, PARTS), "calibration"));
    }

    private static Optional<DataDescription.Training> training(YamlKeys keys) {
        if (!keys.has("training")) {
            return Optional.empty();
        }
        Yaml value = keys.required("training");
        Set<String> known = union(PARTS, Set.of("validation", "labels", "augment"));
        YamlKeys training = new YamlKeys(keys.file(), "training", value, known);
        double validation = training.number("validation", 0.1);
        if (!(validation >= 0 && validation < 1)) {
            throw keys.fault(value, "'validation' of training must be a share from 0 to below 1; got " + validation);
        }
        boolean labels =
                training.word("labels", Set.of("true", "false"), "true").equals("true");
        return Optional.of(new DataDescription.Training(
                samples(keys, value, training, "training"), validation, labels, augmentation(training)));
    }

    private static Augmentation augmentation(YamlKeys training) {
        if (!training.has("augment")) {
            return Augmentation.NONE;
        }
        Yaml value = training.required("augment");
        YamlKeys rules =
                new YamlKeys(training.file(), "augment", value, Set.of("flip", "shift", "noise", "gain", "mix"));
        double noise = rules.number("noise", 0);
        double gain = rules.number("gain", 0);
        if (!(noise >= 0 && noise < Double.POSITIVE_INFINITY && gain >= 0 && gain < Double.POSITIVE_INFINITY)) {
            throw training.fault(value, "'noise' and 'gain' of augment must be 0 or more");
        }
        double mix = rules.number("mix", 0);
        if (!(mix >= 0 && mix <= 1)) {
            throw training.fault(value, "'mix' of augment must be a share from 0 to 1; got " + mix);
        }
        return new Augmentation(
                rules.word("flip", Set.of("true", "false"), "false").equals("true"),
                rules.optionalInt("shift", 0).orElse(0),
                noise,
                gain,
                mix);
    }

    /** Other data, or a part of this. */
    private static Calibration samples(YamlKeys keys, Yaml value, YamlKeys part, String what) {
        long seed = part.longNumber("seed", 1);
        if (part.has("split") == part.has("path")) {
            throw keys.fault(value, what + " needs either 'path' (other data) or 'split' (a part of this data)");
        }
        if (part.has("split")) {
            if (part.has("take")) {
                throw keys.fault(value, "'take' belongs to 'path'; 'split' already says how many samples");
            }
            return new DataDescription.Split(part.integer("split", 1), seed);
        }
        return new DataDescription.OtherPath(path(part, "path"), part.optionalInt("take", 1), seed);
    }

    private static Path path(YamlKeys keys, String key) {
        String text = keys.text(key);
        try {
            return keys.file().toAbsolutePath().resolveSibling(text).normalize();
        } catch (InvalidPathException e) {
            throw keys.fault(keys.required(key), "'" + key + "' is not a path: '" + text + "'");
        }
    }

    private static Set<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).collect(Collectors.toSet());
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        Set<String> all = new HashSet<>(a);
        all.addAll(b);
        return all;
    }
}
