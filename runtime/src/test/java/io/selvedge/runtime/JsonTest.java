package io.selvedge.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTest {
    @Test
    void values_of_every_kind_are_read() {
        assertThat(Json.parse(" {\"a\" : [1, -2.5e1, \"\\u0041\\n\\\"\\ud83d\\ude00\", true, false, {}, []] }\n"))
                .isEqualTo(Map.of("a", List.of(1L, -25.0, "A\n\"\ud83d\ude00", true, false, Map.of(), List.of())));
        assertThat(Json.parse("123456789012345678")).isEqualTo(123456789012345678L);
        assertThat(Json.parse("12345678901234567890")).isEqualTo(1.2345678901234567E+19);
    }

    @Test
    void what_is_no_json_is_refused_with_its_position() {
        for (String bad : List.of(
                "",
                " ",
                "{",
                "[",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "[1 2]",
                "01",
                "+1",
                ".5",
                "1.",
                "1e",
                "1e+",
                "1.e5",
                "-01",
                "--1",
                "NaN",
                "nul",
                "null",
                "tru",
                "\"",
                "\"\\",
                "\"\\x\"",
                "\"\\u12",
                "\"\\u12g4\"",
                "\"\n\"",
                "1 1",
                "[1]]",
                "/* */ 1",
                "'a'",
                "-")) {
            assertThatIllegalArgumentException()
                    .as(bad)
                    .isThrownBy(() -> Json.parse(bad))
                    .withMessageStartingWith("at character ");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Json.parse("{\"a\":1,\"a\":1}"));
    }

    @Test
    void deep_nesting_does_not_exhaust_the_stack() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("[".repeat(100_000)))
                .withMessageContaining("at most 32 levels");
        assertThat(Json.parse("[".repeat(32) + "]".repeat(32))).isInstanceOf(List.class);
    }
}
