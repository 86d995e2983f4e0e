package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UserCacheTest {
    private static final Path HOME = Path.of("/home/ada");

    @Test
    void the_own_variable_wins_then_xdg_then_home() {
        assertThat(UserCache.of(Map.of("SELVEDGE_CACHE", "/c", "XDG_CACHE_HOME", "/x"), HOME)
                        .root())
                .isEqualTo(Path.of("/c"));
        assertThat(UserCache.of(Map.of("XDG_CACHE_HOME", "/x"), HOME).root()).isEqualTo(Path.of("/x/selvedge"));
        assertThat(UserCache.of(Map.of(), HOME).root()).isEqualTo(Path.of("/home/ada/.cache/selvedge"));
    }

    @Test
    void empty_and_relative_xdg_are_ignored() {
        assertThat(UserCache.of(Map.of("SELVEDGE_CACHE", "", "XDG_CACHE_HOME", "x"), HOME)
                        .root())
                .isEqualTo(Path.of("/home/ada/.cache/selvedge"));
    }

    @Test
    void only_the_user_may_look_inside(@TempDir Path folder) throws Exception {
        UserCache cache = new UserCache(folder.resolve("a/b"));
        assertThat(cache.folder("toolchain")).isDirectory();
        assertThat(Files.getPosixFilePermissions(cache.root()).toString()).doesNotContain("GROUP", "OTHERS");
    }
}
