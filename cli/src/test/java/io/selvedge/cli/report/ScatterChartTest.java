package io.selvedge.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ScatterChartTest {
    private static ScatterChart.Point point(String name, double x, double y) {
        return new ScatterChart.Point(name, x, y, y, y, "int8", false, "");
    }

    private static String chart(boolean lowIsGood, ScatterChart.Point... points) {
        return new ScatterChart(
                        "time",
                        "score",
                        List.of(points),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        lowIsGood,
                        10,
                        Double::toString,
                        Double::toString)
                .svg();
    }

    private static long corners(String svg) {
        Matcher front = Pattern.compile("<path class=\"front\" d=\"M([^\"]*)\"").matcher(svg);
        return front.find() ? 1 + front.group(1).chars().filter(c -> c == 'V').count() : 0;
    }

    @Test
    void the_front_goes_through_what_no_other_beats_in_both() {
        ScatterChart.Point fast = point("fast", 1, 0.7);
        ScatterChart.Point middle = point("middle", 2, 0.8);
        ScatterChart.Point beaten = point("beaten", 3, 0.75);
        ScatterChart.Point good = point("good", 4, 0.9);
        assertThat(corners(chart(false, good, beaten, middle, fast))).isEqualTo(3);
        assertThat(corners(chart(false, beaten, middle))).as("one beats all").isZero();
        assertThat(corners(chart(true, good, beaten, middle, fast)))
                .as("errors")
                .isZero();
        assertThat(corners(chart(true, point("a", 1, 0.9), point("b", 2, 0.5)))).isEqualTo(2);
    }
}
