package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class CatalogueTablesTest {
    @Test
    void tables_in_the_documentation_are_those_of_the_catalogues() throws IOException {
        Path document = SourceTree.ROOT.resolve("docs/catalogues.md");
        if (System.getProperty("selvedge.docs", "").equals("write")) {
            Files.writeString(document, CatalogueTables.text());
        }
        assertThat(document)
                .as("write it again: mvn -pl cli -am package -Dtest=CatalogueTablesTest "
                        + "-Dsurefire.failIfNoSpecifiedTests=false -Dselvedge.docs=write")
                .hasContent(CatalogueTables.text());
    }
}
