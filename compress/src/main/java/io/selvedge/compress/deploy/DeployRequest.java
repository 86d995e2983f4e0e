package io.selvedge.compress.deploy;

import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.runtime.StatePair;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One deployment: a model, data to judge it by, limits to keep, and where the result goes.
 *
 * @param model an ONNX file
 * @param targets names of targets whose code goes into the bundle, the first that runs here is measured; empty means this host's
 *     best
 * @param outputDir an existing folder; {@code model.selv} and {@code model.onnx} are written into it, nothing else
 * @param seed of every random choice
 * @param bindings extents of the model's open dimensions, at least one choice; the bundle has code for each
 * @param states outputs that a session carries over to inputs of the next call
 * @param cc another C compiler than the bundled one
 * @param withSource also store the model as {@code model.onnx} inside the bundle
 * @param codeWeights store weights and code in forms that take less and are decoded when the bundle is loaded; what is over
 *     {@code maxBundleBytes} is stored so anyway
 * @param variants further candidates, taken as they are
 * @param threads of one inference, 1 or more; empty: as many as are measured to be fastest
 * @param tuneSeconds time for timing the forms of kernels of each candidate; empty: the cost model chooses
 */
public record DeployRequest(
        Path model,
        DeployData data,
        Budgets budgets,
        List<String> targets,
        Path outputDir,
        long seed,
        List<ImportOptions> bindings,
        List<StatePair> states,
        Optional<Path> cc,
        boolean withSource,
        boolean codeWeights,
        List<Variant> variants,
        OptionalInt threads,
        OptionalInt tuneSeconds) {
    public DeployRequest {
        targets = List.copyOf(targets);
        bindings = List.copyOf(bindings);
        states = List.copyOf(states);
        variants = List.copyOf(variants);
        if (bindings.isEmpty()) {
            throw new IllegalArgumentException("needed at least one binding");
        }
        if (threads.isPresent() && threads.getAsInt() < 1) {
            throw new IllegalArgumentException("threads " + threads.getAsInt());
        }
    }
}
