package io.selvedge.cli;

import static io.selvedge.cli.SourceTree.lines;
import static io.selvedge.cli.SourceTree.sources;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What holds for every source file, whatever it says. */
final class SourceTreeTest {
    private static final int MAX_LINES = 600;

    @Test
    void every_package_says_what_lives_in_it() {
        assertThat(sources("main/java").map(Path::getParent).distinct())
                .allMatch(folder -> Files.isRegularFile(folder.resolve("package-info.java")));
    }

    @Test
    void every_package_says_what_it_may_import_and_which_class_to_read_first() {
        assertThat(sources("main/java").filter(file -> file.endsWith("package-info.java")))
                .isNotEmpty()
                .allSatisfy(file ->
                        assertThat(String.join(" ", lines(file))).containsPattern("[Ii]mports? .*Read .* first"));
    }

    @Test
    void no_file_is_too_long_to_read() {
        assertThat(sources("")).allSatisfy(file -> assertThat(lines(file)).hasSizeLessThanOrEqualTo(MAX_LINES));
    }

    @Test
    void nothing_is_written_with_tabs() {
        assertThat(sources("")).allSatisfy(file -> assertThat(lines(file)).noneMatch(line -> line.contains("\t")));
    }
}
