package io.selvedge.compress.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CacheLevelsTest {
    @TempDir
    private Path folder;

    private void cache(int index, String level, String type, String size) throws IOException {
        Path cache = Files.createDirectories(folder.resolve("index" + index));
        Files.writeString(cache.resolve("level"), level + "\n");
        Files.writeString(cache.resolve("type"), type + "\n");
        Files.writeString(cache.resolve("size"), size + "\n");
    }

    @Test
    void caches_of_instructions_are_left_out_and_the_nearest_comes_first() throws IOException {
        cache(0, "1", "Data", "48K");
        cache(1, "1", "Instruction", "32K");
        cache(2, "2", "Unified", "2048K");
        cache(3, "3", "Unified", "36M");
        assertThat(CacheLevels.read(folder).bytes()).containsExactly(48L << 10, 2L << 20, 36L << 20);
    }

    @Test
    void machine_that_does_not_tell_or_tells_nonsense_gets_the_usual() throws IOException {
        CacheLevels usual = CacheLevels.read(folder.resolve("none"));
        assertThat(usual.bytes()).hasSize(3).isSorted();
        cache(0, "1", "Data", "large");
        assertThat(CacheLevels.read(folder)).isEqualTo(usual);
    }

    @Test
    void cache_that_is_smaller_than_the_one_before_it_does_not_count() throws IOException {
        cache(0, "1", "Data", "64K");
        cache(1, "2", "Unified", "64K");
        cache(2, "3", "Unified", "0K");
        assertThat(CacheLevels.read(folder).bytes()).containsExactly(64L << 10);
    }
}
