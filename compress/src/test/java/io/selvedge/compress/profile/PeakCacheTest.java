package io.selvedge.compress.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PeakCacheTest {
    @TempDir
    private Path folder;

    private final HostCpu host = HostCpu.detect();
    private final CacheLevels caches = new CacheLevels(List.of(32L << 10, 256L << 10));

    private PeakCache cache(HostCpu cpu) {
        return new PeakCache(new UserCache(folder), cpu, caches);
    }

    @Test
    void what_was_measured_is_known_until_the_cpu_is_another() throws IOException {
        Target target = host.best();
        assertThat(cache(host).known(target)).isEmpty();
        Peaks peaks = cache(host).measure(target, Toolchain::bundled, "2026-11-26");
        assertThat(peaks.measured()).isEqualTo("2026-11-26");
        assertThat(peaks.target()).isEqualTo(target.name());
        assertThat(peaks.fp32()).isPositive();
        assertThat(peaks.int8()).isPositive();
        assertThat(peaks.levels()).extracting(Peaks.Level::name).containsExactly("L1", "L2", "memory");
        assertThat(peaks.levels()).allMatch(level -> level.gigabytesPerSecond() > 0);
        assertThat(cache(host).known(target)).contains(peaks);
        HostCpu other = new HostCpu("another", "x86_64", host.flags(), host.cores(), host.os(), host.jdk());
        assertThat(cache(other).known(target)).isEmpty();
        HostCpu poorer = new HostCpu(host.model(), host.arch(), Set.of(), host.cores(), host.os(), host.jdk());
        assertThat(cache(poorer).known(target)).isEmpty();
        assertThat(cache(host).known(TargetCatalog.X86_64)).isEmpty();
        try (Stream<Path> files = Files.list(folder.resolve("peaks"))) {
            Files.writeString(files.findFirst().orElseThrow(), "{\"fp32GigaOps\": 1");
        }
        assertThat(cache(host).known(target)).isEmpty();
    }

    @Test
    void net_lies_in_the_nearest_level_that_holds_it() {
        Peaks peaks = new Peaks(
                "generic",
                10,
                20,
                List.of(
                        new Peaks.Level("L1", 1000, 100),
                        new Peaks.Level("L2", 2000, 50),
                        new Peaks.Level("memory", Long.MAX_VALUE, 10)),
                "2026-11-26");
        assertThat(peaks.holding(1000).name()).isEqualTo("L1");
        assertThat(peaks.holding(1001).name()).isEqualTo("L2");
        assertThat(peaks.holding(2001).name()).isEqualTo("memory");
    }
}
