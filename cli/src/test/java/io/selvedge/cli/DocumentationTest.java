package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What can be checked about the hand-written pages is checked: paths, excerpts, commands, options. */
final class DocumentationTest {
    private static final Pattern PATH =
            Pattern.compile("`((?:compiler|compress|runtime|cli|testkit|bench|docs|examples|\\.ci)/[\\w./-]*)`");
    private static final Pattern LINK = Pattern.compile("]\\((?!\\w+:)([^)#]+)\\)");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]+");
    private static final Pattern COMMAND = Pattern.compile("\\./selvedge ([a-z]+)");
    private static final Pattern EXCERPT = Pattern.compile("```java\\s*// (\\S+)\\n(.*?)```", Pattern.DOTALL);

    /** Commands of the launcher itself. */
    private static final Set<String> LAUNCHER = Set.of("test", "net", "data", "bench", "fuzz");

    /** Options that the launcher reads itself. */
    private static final Set<String> LAUNCHER_OPTIONS = Set.of("--runs", "--seconds");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "CONTRIBUTING.md",
                "bench/README.md",
                "docs/plugins.md",
                "docs/pruning.md",
                "examples/java-app/README.md",
                "examples/plugin/README.md"
            })
    void paths_and_links_exist(String page) {
        Path file = SourceTree.ROOT.resolve(page);
        List<String> missing = new ArrayList<>();
        for (String path : all(PATH, text(page))) {
            if (!Files.exists(SourceTree.ROOT.resolve(path))) {
                missing.add(path);
            }
        }
        for (String link : all(LINK, text(page))) {
            if (!Files.exists(file.resolveSibling(link))) {
                missing.add(link);
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void excerpts_are_what_the_files_say() {
        Matcher excerpt = EXCERPT.matcher(text("CONTRIBUTING.md"));
        int found = 0;
        while (excerpt.find()) {
            assertThat(squeezed(text(excerpt.group(1)))).as(excerpt.group(1)).contains(squeezed(excerpt.group(2)));
            found++;
        }
        assertThat(found).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "CONTRIBUTING.md",
                "docs/plugins.md",
                "docs/pruning.md",
                "docs/report-format.md",
                "examples/plugin/README.md"
            })
    void commands_and_options_exist(String page) {
        CommandLine root = Main.commandLine(Console.plain(System.out, System.err));
        Set<String> commands = new HashSet<>(root.getSubcommands().keySet());
        commands.addAll(LAUNCHER);
        assertThat(commands).containsAll(all(COMMAND, text(page)));
        Set<String> options = CatalogueTest.withSubcommands(root)
                .flatMap(command -> command.getCommandSpec().optionsMap().keySet().stream())
                .collect(Collectors.toCollection(HashSet::new));
        options.addAll(LAUNCHER_OPTIONS);
        assertThat(options).containsAll(all(OPTION, text(page)));
    }

    @Test
    void packages_are_drawn_as_they_are() {
        String rows = ArchitectureTest.ROWS.stream()
                .map(row -> String.join("  ", row))
                .collect(Collectors.joining("\n", "```\n", "\nCompiler\n```"));
        assertThat(text("CONTRIBUTING.md")).contains(rows);
    }

    @Test
    void first_commands_of_the_readme_run_in_continuous_integration() {
        Matcher block = Pattern.compile("```\\n(.*?)```", Pattern.DOTALL).matcher(text("README.md"));
        assertThat(block.find()).isTrue();
        assertThat(text(".ci/run").lines()).containsAll(block.group(1).lines().toList());
    }

    private static String text(String path) {
        return String.join("\n", SourceTree.lines(SourceTree.ROOT.resolve(path)));
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.groupCount() == 0 ? match.group() : match.group(1))
                .toList();
    }
}
