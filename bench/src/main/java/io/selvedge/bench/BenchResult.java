package io.selvedge.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compress.deploy.Machine;
import java.util.List;

/**
 * One row: our latency beside the peers'.
 *
 * @param dtype of our arithmetic: fp32 or int8
 * @param underLoad empty when that was not asked for
 * @param maxError {@code max |ours - peer| / max |peer|} over all outputs, against the peer that runs the same model
 */
record BenchResult(
        String model,
        String dtype,
        int threads,
        Race.Lap ours,
        List<Peer> peers,
        double maxError,
        List<UnderLoad> underLoad) {
    BenchResult {
        peers = List.copyOf(peers);
        underLoad = List.copyOf(underLoad);
    }

    /** Another runtime's latency on the same input. */
    record Peer(String name, String version, Race.Lap lap) {}

    /** A runtime's 95th percentile with an idle machine and beside busy processes. */
    record UnderLoad(String name, double idleMicrosP95, double loadedMicrosP95) {}

    /** Above 1 we are faster than every peer: fastest peer's median over ours. */
    double ratioToFastest() {
        return peers.stream().mapToDouble(peer -> peer.lap().microsP50()).min().orElse(Double.NaN) / ours.microsP50();
    }

    /** {@code {machine, results}} with stable names. */
    static ObjectNode tree(Machine machine, List<BenchResult> results) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.putObject("machine")
                .put("cpu", machine.cpu())
                .put("isa", machine.isa())
                .put("cores", machine.cores())
                .put("os", machine.os())
                .put("jdk", machine.jdk());
        ArrayNode array = root.putArray("results");
        for (BenchResult result : results) {
            ObjectNode node = array.addObject()
                    .put("model", result.model)
                    .put("dtype", result.dtype)
                    .put("threads", result.threads)
                    .put("oursMicrosP50", result.ours.microsP50())
                    .put("oursMicrosP10", result.ours.microsP10());
            ArrayNode peers = node.putArray("peers");
            for (Peer peer : result.peers) {
                peers.addObject()
                        .put("name", peer.name())
                        .put("version", peer.version())
                        .put("microsP50", peer.lap().microsP50())
                        .put("microsP10", peer.lap().microsP10());
            }
            ArrayNode loaded = result.underLoad.isEmpty() ? peers : node.putArray("underLoad");
            for (UnderLoad row : result.underLoad) {
                loaded.addObject()
                        .put("name", row.name())
                        .put("idleMicrosP95", row.idleMicrosP95())
                        .put("loadedMicrosP95", row.loadedMicrosP95());
            }
            node.put("ratioToFastest", result.ratioToFastest()).put("maxError", result.maxError);
        }
        return root;
    }

    /** {@code max |a - b| / max |b|} over all outputs; infinite where the counts differ or a value is NaN. */
    static double maxError(float[][] ours, float[][] reference) {
        double difference = 0;
        double largest = 0;
        if (ours.length != reference.length) {
            return Double.POSITIVE_INFINITY;
        }
        for (int o = 0; o < ours.length; o++) {
            if (ours[o].length != reference[o].length) {
                return Double.POSITIVE_INFINITY;
            }
            for (int i = 0; i < ours[o].length; i++) {
                double d = Math.abs((double) ours[o][i] - reference[o][i]);
                if (Double.isNaN(d)) {
                    return Double.POSITIVE_INFINITY;
                }
                difference = Math.max(difference, d);
                largest = Math.max(largest, Math.abs(reference[o][i]));
            }
        }
        return difference == 0 ? 0 : difference / largest;
    }
}
