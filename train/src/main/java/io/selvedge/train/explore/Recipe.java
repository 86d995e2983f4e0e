package io.selvedge.train.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One way to a smaller model, in the order in which it is gone: channels are cut, weights set to zero, what is left is trained with
 * the original as teacher, and quantised.
 *
 * @param filters share of the channels that goes, 0 for none
 * @param zeros share of the weights that become zero, 0 for none
 * @param levels of the weights: {@code int8}, {@code int4}, {@code log4}
 */
public record Recipe(double filters, double zeros, String levels) {
    public Recipe {
        if (!(filters >= 0 && filters < 1) || !(zeros >= 0 && zeros < 1)) {
            throw new IllegalArgumentException("shares of " + filters + " and " + zeros);
        }
    }

    /** For files and tables: {@code f25-z60-int8}. */
    public String name() {
        List<String> parts = new ArrayList<>();
        if (filters > 0) {
            parts.add("f" + percent(filters));
        }
        if (zeros > 0) {
            parts.add("z" + percent(zeros));
        }
        if (parts.isEmpty()) {
            parts.add("trained");
        }
        parts.add(levels);
        return String.join("-", parts);
    }

    /** For people: {@code 25 % of the channels cut, 60 % of the weights zero, int8}. */
    public String text() {
        List<String> parts = new ArrayList<>();
        if (filters > 0) {
            parts.add(percent(filters) + " % of the channels cut");
        }
        if (zeros > 0) {
            parts.add(percent(zeros) + " % of the weights zero");
        }
        parts.add(levels);
        return String.join(", ", parts);
    }

    /** Recipes of one kind want steps of one size: what is cut larger ones than what is whole, few levels others than many. */
    String kind() {
        return (filters > 0 || zeros > 0 ? "cut" : "whole") + (levels.equals("int8") ? "" : "-few-levels");
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f", 100 * share);
    }
}
