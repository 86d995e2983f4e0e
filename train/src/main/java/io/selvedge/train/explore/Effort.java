package io.selvedge.train.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How much is tried. */
public enum Effort {
    /** What needs no training: fp32, int8 and mixed candidates. */
    QUICK(0, List.of(), List.of(), 0),
    /** About twenty minutes. */
    STANDARD(20, List.of(0.0, 0.2, 0.35, 0.5), List.of(0.0, 0.6), 3),
    /** About two hours. */
    THOROUGH(120, List.of(0.0, 0.125, 0.25, 0.375, 0.5, 0.65), List.of(0.0, 0.5, 0.75), 4);

    private final double minutes;

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes lists that nobody can change.
    private final List<Double> filters;

    @SuppressWarnings("ImmutableEnumChecker")
    private final List<Double> zeros;

    private final int rungs;

    Effort(double minutes, List<Double> filters, List<Double> zeros, int rungs) {
        this.minutes = minutes;
        this.filters = filters;
        this.zeros = zeros;
        this.rungs = rungs;
    }

    /** As on the command line: {@code standard}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** After so many minutes no further training begins. */
    public double minutes() {
        return minutes;
    }

    /** In how many rounds is trained, each with fewer trials and for longer. */
    public int rungs() {
        return rungs;
    }

    /**
     * What is tried.
     *
     * @param levels of weights that are of use, int8 first
     * @param bytesMatter whether zeros and fewer levels, which only a coded bundle is smaller by, are of use
     */
    public List<Recipe> recipes(List<String> levels, boolean bytesMatter) {
        List<Recipe> recipes = new ArrayList<>();
        for (double share : filters) {
            for (double zero : bytesMatter ? zeros : List.of(0.0)) {
                recipes.add(new Recipe(share, zero, levels.getFirst()));
            }
            if (bytesMatter) {
                levels.stream().skip(1).forEach(level -> recipes.add(new Recipe(share, 0, level)));
            }
        }
        return recipes;
    }
}
