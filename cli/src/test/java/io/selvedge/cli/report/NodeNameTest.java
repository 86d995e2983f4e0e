package io.selvedge.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NodeNameTest {
    @Test
    void long_names_keep_their_end_from_a_slash_on() {
        assertThat(NodeName.tail("If_0/then/branch/stft/Conv", 16)).isEqualTo("…/stft/Conv");
        assertThat(NodeName.tail("a/VeryLongNameOfOneLayer", 10)).isEqualTo("…fOneLayer");
        assertThat(NodeName.tail("conv1", 5)).isEqualTo("conv1");
    }
}
