package io.selvedge.compress.prune;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every criterion; this list is the catalogue. */
public final class CriterionCatalog {
    /** Needs gradients, and so data and training. */
    public static final String TAYLOR = "taylor";

    private CriterionCatalog() {}

    /** Those that read weights alone. */
    public static List<Criterion> ofWeights() {
        return List.of(new L1Norm(), new L2Norm(), new GeometricMedian(), new BatchNormGamma());
    }

    /** Names of all of them. */
    public static List<String> names() {
        return java.util.stream.Stream.concat(
                        ofWeights().stream().map(Criterion::name), java.util.stream.Stream.of(TAYLOR))
                .toList();
    }

    /**
     * A criterion by its name.
     *
     * @param importance of each weight, for {@code taylor}
     * @throws SelvedgeException BAD_OPTION for another name, or without the importance that it needs
     */
    public static Criterion named(String name, Optional<Map<String, float[]>> importance) {
        if (name.equals(TAYLOR)) {
            return new TaylorExpansion(importance.orElseThrow(() -> new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "criterion taylor needs gradients, and so --data; criteria of the weights alone are l1, l2, median"
                            + " and gamma")));
        }
        return ofWeights().stream()
                .filter(criterion -> criterion.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "there is no criterion '" + name + "'; known are " + String.join(", ", names())));
    }
}
