package io.selvedge.compress.quant;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.quant.TypeOptions.Option;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A type of weights for each layer, fp32, int8, log5, int4 or log4, of the least noise at the output within a number of bytes. The noise of a
 * type is measured layer by layer, all others in int8; bytes are the entropy of the codes, which a coded bundle comes near to.
 * Together they are taken as sums: what two layers do to each other is not seen.
 */
public final class LevelsChoice {
    private static final String FLOAT = "fp32";
    private static final int MOST_SAMPLES = 8;
    /** Of the reference evaluator over all trials. */
    private static final long MOST_MACS = 6_000_000_000L;

    /** A table of counts beside the codes; scales and biases are stored in any type. */
    private static final double BYTES_PER_LEVEL = 1.5;

    private final Calibration calibration;
    private final ActivationGrid activations;
    private final TypeOptions options;

    /**
     * What was chosen.
     *
     * @param keepFloat nodes in fp32
     * @param lines for people: layer, type, bytes and noise
     */
    public record Chosen(Levels levels, Set<String> keepFloat, List<String> lines) {
        public Chosen {
            lines = List.copyOf(lines);
        }
    }

    /** Microseconds of each node in float and in 8 bits, by its name. */
    public record Times(Map<String, Double> floating, Map<String, Double> eight) {
        /** Nobody measured: everything stays in 8 bits, which all take as long. */
        public static final Times NONE = new Times(Map.of(), Map.of());
    }

    /** Measures what every type does, which takes a while. */
    public LevelsChoice(Calibration calibration, Iterable<String> nodes, ActivationGrid activations, Times times) {
        this.calibration = calibration;
        this.activations = activations;
        this.options = new TypeOptions(measured(nodes, times));
    }

    private Map<String, List<Option>> measured(Iterable<String> nodes, Times times) {
        Graph graph = calibration.graph();
        List<String> names = new ArrayList<>();
        nodes.forEach(names::add);
        long trials = 1L + (long) names.size() * WeightGrid.values().length;
        long affordable = MOST_MACS / Math.max(1, GraphCost.of(graph).macs()) / trials;
        OutputNoise output = new OutputNoise(graph, calibration.few(Math.clamp(affordable, 1, MOST_SAMPLES)));
        Graph eight = quantized(graph, Map.of(), Set.of());
        double base = power(output, eight);
        Map<String, List<Option>> byLayer = new LinkedHashMap<>();
        for (String name : names) {
            List<Option> all = new ArrayList<>();
            double own = times.eight().getOrDefault(name, 0.0);
            String weights = weights(graph, name);
            for (WeightGrid grid : WeightGrid.values()) {
                Graph form = grid == WeightGrid.INT8 ? eight : quantized(graph, Map.of(name, grid), Set.of());
                double noise = grid == WeightGrid.INT8 ? 0 : power(output, form) - base;
                Tensor codes = form.constant(weights + "_int8").orElseThrow();
                all.add(new Option(grid.text(), noise, bytes(codes), own));
            }
            if (times.floating().containsKey(name)) {
                double noise = power(output, quantized(graph, Map.of(), Set.of(name))) - base;
                double bytes = 4.0 * graph.type(weights).shape().elements();
                all.add(new Option(FLOAT, noise, bytes, times.floating().getOrDefault(name, own)));
            }
            byLayer.put(name, all);
        }
        return byLayer;
    }

    private static String weights(Graph graph, String node) {
        return graph.nodes().stream()
                .filter(each -> each.name().equals(node))
                .findFirst()
                .orElseThrow()
                .input(1);
    }

    private Graph quantized(Graph graph, Map<String, WeightGrid> grids, Set<String> keepFloat) {
        return Quantizer.quantize(
                graph, QuantizationPlan.plain(calibration.seen()), keepFloat, new Levels(grids, Map.of(), activations));
    }

    private static double power(OutputNoise output, Graph form) {
        return Arrays.stream(output.of(form))
                .map(db -> Math.pow(10, db / 10))
                .average()
                .orElse(0);
    }

    /** Entropy of the codes, and what a table of their counts takes. */
    static double bytes(Tensor codes) {
        long[] counts = new long[256];
        for (long code : codes.toLongs()) {
            counts[(int) code & 0xff]++;
        }
        double bits = 0;
        int levels = 0;
        for (long count : counts) {
            if (count > 0) {
                levels++;
                bits -= count * (Math.log((double) count / codes.elements()) / Math.log(2));
            }
        }
        return bits / 8 + BYTES_PER_LEVEL * levels;
    }

    /**
     * The choice within so many bytes of weights, and no slower than 8 bits everywhere.
     *
     * @throws SelvedgeException NO_CANDIDATE_FITS when even the smallest types need more
     */
    public Chosen within(double maxBytes) {
        double eight = options.byLayer().values().stream()
                .mapToDouble(each -> each.getFirst().micros())
                .sum();
        Map<String, Option> chosen = options.within(maxBytes, eight > 0 ? eight : 1)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.NO_CANDIDATE_FITS,
                        String.format(
                                Locale.ROOT,
                                "the weights need %,.0f bytes in the smallest types, and %,.0f are allowed; allow more, or cut"
                                        + " filters first",
                                options.leastBytes(),
                                maxBytes)));
        Map<String, WeightGrid> grids = new LinkedHashMap<>();
        Set<String> keepFloat = new TreeSet<>();
        List<String> lines = new ArrayList<>();
        chosen.forEach((layer, option) -> {
            WeightGrid.named(option.type()).ifPresentOrElse(grid -> grids.put(layer, grid), () -> keepFloat.add(layer));
            lines.add(String.format(
                    Locale.ROOT,
                    "%s: %s, %,.0f bytes, noise %+.2e",
                    layer,
                    option.type(),
                    option.bytes(),
                    option.noise()));
        });
        return new Chosen(new Levels(grids, Map.of(), activations), keepFloat, lines);
    }
}
