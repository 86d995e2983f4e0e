package io.selvedge.compress.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/** {@link Peaks} that were measured on this CPU before, one file per target in the user's cache. */
public final class PeakCache {
    /** Counted up when the measurement changes, so that older figures are taken again. */
    private static final int VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final UserCache cache;
    private final HostCpu host;
    private final CacheLevels caches;

    public PeakCache(UserCache cache, HostCpu host) {
        this(cache, host, CacheLevels.ofHost());
    }

    PeakCache(UserCache cache, HostCpu host, CacheLevels caches) {
        this.cache = cache;
        this.host = host;
        this.caches = caches;
    }

    /** What is known of {@code target} on this CPU; a file that cannot be read counts as none. */
    public Optional<Peaks> known(Target target) {
        Path file = cache.root().resolve("peaks").resolve(fileName(target));
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return read(JSON.readTree(file.toFile()), target);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Measures {@code target}, which this CPU must run, and keeps the result.
     *
     * @param today the date that stands in it
     * @throws SelvedgeException of the tool chain, or OUTPUT_NOT_WRITABLE
     */
    public Peaks measure(Target target, Supplier<Toolchain> toolchain, String today) {
        Peaks peaks = new PeakMeasurement(toolchain.get(), target, caches).run(cache.folder("work"), today);
        UserCache.keep(
                cache.folder("peaks").resolve(fileName(target)), tree(peaks).toPrettyString());
        return peaks;
    }

    private ObjectNode tree(Peaks peaks) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put("cpu", host.model())
                .put("target", peaks.target())
                .put("measured", peaks.measured())
                .put("fp32GigaOps", peaks.fp32())
                .put("int8GigaOps", peaks.int8());
        for (Peaks.Level level : peaks.levels()) {
            tree.withArray("levels")
                    .addObject()
                    .put("name", level.name())
                    .put("bytes", level.bytes())
                    .put("gigabytesPerSecond", level.gigabytesPerSecond());
        }
        return tree;
    }

    private static Optional<Peaks> read(JsonNode tree, Target target) {
        List<Peaks.Level> levels = new ArrayList<>();
        for (JsonNode level : tree.path("levels")) {
            levels.add(new Peaks.Level(
                    level.path("name").asText(),
                    level.path("bytes").asLong(),
                    level.path("gigabytesPerSecond").asDouble()));
        }
        Peaks peaks = new Peaks(
                target.name(),
                tree.path("fp32GigaOps").asDouble(),
                tree.path("int8GigaOps").asDouble(),
                levels,
                tree.path("measured").asText());
        boolean whole = peaks.fp32() > 0
                && peaks.int8() > 0
                && !levels.isEmpty()
                && levels.stream().allMatch(level -> level.gigabytesPerSecond() > 0);
        return whole ? Optional.of(peaks) : Optional.empty();
    }

    /** Another CPU, other flags of the compiler or another measurement have other files. */
    private String fileName(Target target) {
        String key = VERSION + "\n" + host.model() + "\n" + new TreeSet<>(host.flags()) + "\n" + caches + "\n" + target;
        return UserCache.fileName(target.name(), key);
    }
}
