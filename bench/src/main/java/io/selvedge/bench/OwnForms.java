package io.selvedge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.cli.Version;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.runtime.LoadOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Ours in other ways than the one that races against the peers: on two threads, with code for AVX2, in Java alone. One bundle has
 * them all.
 *
 * @param micros median of one inference by way
 */
record OwnForms(String dtype, long codeBytes, Map<String, Double> micros) {
    static final String ONE = "one thread";
    /** Two, while their processors share a cache and while they do not. */
    static final String NEAR = "two threads, near";

    static final String FAR = "two threads, far";
    static final String JAVA = "Java";

    private static final Target OLDER = TargetCatalog.byName("x86-64-v3");
    private static final long JIT_NANOS = 5_000_000_000L;
    /** Longer than a host leaves processors where they are. */
    private static final double TWO_THREADS_SECONDS = 4;

    OwnForms {
        micros = new LinkedHashMap<>(micros);
    }

    /** What a bundle is compiled for here: the best, and AVX2 where that is another. */
    static List<Target> targets() {
        HostCpu host = HostCpu.detect();
        return host.runs(OLDER) && !host.best().equals(OLDER) ? List.of(host.best(), OLDER) : List.of(host.best());
    }

    /** A bundle, and what goes into it. */
    record Built(String dtype, Path bundle, long codeBytes, Sample sample) {}

    /** @param java whether the executor in Java takes part, which needs {@code --add-modules jdk.incubator.vector} */
    static OwnForms measure(Built built, boolean threads, boolean java, double seconds) {
        Map<String, LoadOptions> ways = new LinkedHashMap<>();
        LoadOptions one = LoadOptions.defaults().withThreads(1);
        ways.put(ONE, one);
        targets().stream().skip(1).forEach(target -> ways.put(target.name(), one.withTarget(target.name())));
        if (java) {
            ways.put(JAVA, one.withTarget("jvm"));
        }
        List<Contender> contenders = new ArrayList<>();
        try {
            ways.forEach((way, options) ->
                    contenders.add(new SelvedgeContender(built.bundle(), built.sample(), Version.text(), options)));
            if (java) {
                // The JIT compiler has to be done.
                long end = System.nanoTime() + JIT_NANOS;
                while (System.nanoTime() < end) {
                    contenders.getLast().run();
                }
            }
            List<Race.Lap> laps = new Race(contenders, seconds).run();
            Map<String, Double> micros = new LinkedHashMap<>();
            for (String way : ways.keySet()) {
                micros.put(way, laps.get(micros.size()).microsP50());
            }
            if (threads && Runtime.getRuntime().availableProcessors() > 1) {
                micros.putAll(
                        twoThreads(contenders.getFirst(), built, laps.getFirst().microsP50()));
            }
            return new OwnForms(built.dtype(), built.codeBytes(), micros);
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private static Map<String, Double> twoThreads(Contender one, Built built, double oneMicros) {
        LoadOptions options = LoadOptions.defaults().withThreads(2);
        try (Contender two = new SelvedgeContender(built.bundle(), built.sample(), Version.text(), options)) {
            TwoThreads.Gain gain = new TwoThreads(one, two).measure(TWO_THREADS_SECONDS);
            Map<String, Double> micros = new LinkedHashMap<>();
            micros.put(NEAR, oneMicros / gain.near());
            micros.put(FAR, oneMicros / gain.far());
            micros.values().removeIf(value -> value.isNaN());
            return micros;
        }
    }

    ObjectNode tree() {
        ObjectNode node =
                new ObjectMapper().createObjectNode().put("dtype", dtype).put("codeBytes", codeBytes);
        ArrayNode array = node.putArray("ways");
        micros.forEach((way, p50) -> array.addObject().put("way", way).put("microsP50", p50));
        return node;
    }

    static OwnForms of(JsonNode node) {
        Map<String, Double> micros = new LinkedHashMap<>();
        node.path("ways")
                .forEach(way -> micros.put(
                        way.path("way").asText(), way.path("microsP50").asDouble()));
        return new OwnForms(node.path("dtype").asText(), node.path("codeBytes").asLong(), micros);
    }

    private OptionalDouble of(String way) {
        Double found = micros.get(way);
        return found == null ? OptionalDouble.empty() : OptionalDouble.of(found);
    }

    /** Rows for all results that have any; empty when none has. */
    static String table(List<SuiteResult> results) {
        StringBuilder rows = new StringBuilder();
        for (SuiteResult result : results) {
            for (OwnForms own : result.own()) {
                rows.append(own.row(result));
            }
        }
        return rows.isEmpty()
                ? ""
                : "Medians of one race of ours alone. *Near* is how many times faster two threads are while their processors"
                        + " share a cache (a line of memory goes from one to the other in less than 150 ns), *far* while they do"
                        + " not; the host of a virtual machine moves them, and a dash means that it did not while this net was"
                        + " measured. *Share* is of native code's speed on one thread; GOP/s are those of code for "
                        + OLDER.name() + " on this machine.\n\n"
                        + "| net | type | code, KiB | one thread | two, near | two, far | " + OLDER.name()
                        + " | GOP/s | Java | share |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n" + rows;
    }

    private String row(SuiteResult result) {
        OptionalDouble one = of(ONE);
        OptionalDouble older = of(OLDER.name());
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.1f | %s | %s | %s | %s | %s | %s | %s |%n",
                result.name(),
                dtype,
                codeBytes / 1024.0,
                SuitePage.micros(one),
                SuitePage.number(quotient(one, of(NEAR)), "%.2fx"),
                SuitePage.number(quotient(one, of(FAR)), "%.2fx"),
                SuitePage.micros(older),
                SuitePage.number(quotient(OptionalDouble.of(result.macs() * 2e-3), older), "%.0f"),
                SuitePage.micros(of(JAVA)),
                SuitePage.number(quotient(one, of(JAVA)), "%.2f"));
    }

    private static OptionalDouble quotient(OptionalDouble a, OptionalDouble b) {
        return a.isPresent() && b.isPresent()
                ? OptionalDouble.of(a.getAsDouble() / b.getAsDouble())
                : OptionalDouble.empty();
    }
}
