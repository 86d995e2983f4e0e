package io.selvedge.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.cli.report.Quantity;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.deploy.Plan;
import io.selvedge.runtime.Binding;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.StatePair;
import io.selvedge.runtime.Target;
import io.selvedge.runtime.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a bundle says of itself.
 *
 * @param partBytes length of every part
 * @param storedBytes what every part takes in the file
 * @param program the program as text; empty when the bundle has none
 * @param plan what another runtime runs, if it does
 */
record BundleInspection(
        Manifest manifest,
        Map<String, Long> partBytes,
        Map<String, Long> storedBytes,
        String program,
        Optional<JsonNode> plan)
        implements Inspection {
    private static final String WEIGHTS = "weights.bin";
    private static final String PROGRAM = "program.txt";

    static BundleInspection of(Path file) {
        try (Bundle bundle = Bundle.open(file)) {
            Map<String, Long> parts = new LinkedHashMap<>();
            Map<String, Long> stored = new LinkedHashMap<>();
            for (String part : bundle.manifest().parts().keySet()) {
                parts.put(part, bundle.length(part));
                stored.put(part, bundle.storedLength(part));
            }
            String program = bundle.has(PROGRAM) ? new String(bundle.read(PROGRAM), StandardCharsets.UTF_8) : "";
            return new BundleInspection(bundle.manifest(), parts, stored, program, plan(bundle));
        }
    }

    private static Optional<JsonNode> plan(Bundle bundle) {
        if (!bundle.has(Plan.PART)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ObjectMapper().readTree(bundle.read(Plan.PART)));
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_BUNDLE, bundle.path() + ": " + Plan.PART + " is not JSON: " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(manifest.name() + ": bundle, every part has the digest that it was written with");
        manifest.givenInputs().forEach(input -> lines.add("  input   " + line(input)));
        manifest.givenOutputs().forEach(output -> lines.add("  output  " + line(output)));
        manifest.states()
                .forEach(state -> lines.add("  state   " + line(taken(state)) + ", the " + state.output()
                        + " of the call before; zeros at first"));
        lines.add("");
        lines.add("model SHA-256  " + manifest.modelSha256());
        lines.add("arena          " + Quantity.exact(manifest.arenaBytes()) + " bytes per session");
        if (manifest.preparedBytes() > 0) {
            lines.add("prepared       " + Quantity.exact(manifest.preparedBytes())
                    + " bytes computed from the weights at load, shared by all sessions");
        }
        if (manifest.bindings().size() > 1) {
            manifest.bindings()
                    .forEach(binding -> lines.add("binding        " + binding.text() + ", "
                            + Quantity.exact(binding.arenaBytes()) + " bytes of arena"));
        }
        lines.add("weights        " + Quantity.exact(manifest.weightBytes()) + " bytes" + memory());
        lines.add("threads        " + manifest.threads());
        lines.add("targets        "
                + manifest.targets().stream().map(Target::name).collect(Collectors.joining(", ")));
        lines.add("");
        lines.addAll(parts().lines());
        plan.ifPresent(tree -> lines.addAll(Boundary.lines(tree)));
        if (!program.isEmpty()) {
            lines.add("");
            lines.addAll(program.lines().toList());
        } else if (!manifest.coded().isEmpty()) {
            lines.add("");
            lines.add("a coded bundle leaves the program's text out: 'selvedge dump MODEL --after=plan' prints it");
        }
        return lines;
    }

    private long stored(String part) {
        return Objects.requireNonNull(storedBytes.get(part), part);
    }

    /** Where the weights are when the model runs. */
    private String memory() {
        return manifest.coded().containsKey(WEIGHTS)
                ? ", " + Quantity.exact(stored(WEIGHTS)) + " in the file, decoded at load into memory of the process"
                : "";
    }

    private TextTable parts() {
        if (manifest.coded().isEmpty()) {
            TextTable table = new TextTable().left("part").right("bytes");
            partBytes.forEach((part, bytes) -> table.row(part, Quantity.exact(bytes)));
            return table;
        }
        TextTable table = new TextTable().left("part").right("bytes").right("in the file");
        partBytes.forEach((part, bytes) -> table.row(part, Quantity.exact(bytes), Quantity.exact(stored(part))));
        return table;
    }

    private TensorSpec taken(StatePair state) {
        return manifest.inputs().stream()
                .filter(input -> input.name().equals(state.input()))
                .findFirst()
                .orElseThrow();
    }

    private static String line(TensorSpec spec) {
        return spec.name() + "  " + spec.dtype().onnxName() + spec.shape()
                + spec.quantization()
                        .map(q -> "  (q - " + q.zeroPoint() + ") * " + q.scale())
                        .orElse("")
                + spec.open()
                        .map(open -> "  axis " + open.axis() + " filled as " + open.count() + " says")
                        .orElse("");
    }

    @Override
    public ObjectNode tree() {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("name", manifest.name()).put("modelSha256", manifest.modelSha256());
        tensors(root.putArray("inputs"), manifest.givenInputs());
        tensors(root.putArray("outputs"), manifest.givenOutputs());
        manifest.states()
                .forEach(state -> root.withArray("states")
                        .addObject()
                        .put("output", state.output())
                        .put("input", state.input()));
        root.put("arenaBytes", manifest.arenaBytes())
                .put("preparedBytes", manifest.preparedBytes())
                .put("weightBytes", manifest.weightBytes())
                .put("threads", manifest.threads());
        if (manifest.bindings().size() > 1) {
            for (Binding binding : manifest.bindings()) {
                ObjectNode node = root.withArray("bindings").addObject();
                binding.dims().forEach(node.putObject("dims")::put);
                node.put("arenaBytes", binding.arenaBytes()).put("preparedBytes", binding.preparedBytes());
                tensors(node.putArray("inputs"), binding.inputs());
                tensors(node.putArray("outputs"), binding.outputs());
            }
        }
        ArrayNode targets = root.putArray("targets");
        manifest.targets().forEach(target -> targets.add(target.name()));
        ObjectNode parts = root.putObject("parts");
        partBytes.forEach(parts::put);
        if (!manifest.coded().isEmpty()) {
            storedBytes.forEach(root.putObject("storedBytes")::put);
        }
        plan.ifPresent(tree -> root.set("plan", tree));
        return root;
    }

    private static void tensors(ArrayNode array, List<TensorSpec> specs) {
        for (TensorSpec spec : specs) {
            ObjectNode node = array.addObject()
                    .put("name", spec.name())
                    .put("dtype", spec.dtype().onnxName());
            ArrayNode shape = node.putArray("shape");
            spec.shape().forEach(shape::add);
            spec.open().ifPresent(open -> node.put("openAxis", open.axis()).put("count", open.count()));
        }
    }
}
