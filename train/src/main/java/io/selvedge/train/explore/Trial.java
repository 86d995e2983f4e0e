package io.selvedge.train.explore;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compress.deploy.SideBySide.Finding;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A recipe on its way.
 *
 * @param trained the float form, after so many steps
 * @param quantized the form that is deployed
 * @param drop points lost against the original on the samples that choose; empty before training
 * @param left why it went no further
 */
record Trial(
        Recipe recipe,
        Graph trained,
        Graph quantized,
        int steps,
        Optional<Finding> finding,
        OptionalDouble drop,
        Optional<String> left) {
    Trial with(Finding measured) {
        return new Trial(recipe, trained, quantized, steps, Optional.of(measured), drop, left);
    }

    Trial with(Finding measured, double lost) {
        return new Trial(recipe, trained, quantized, steps, Optional.of(measured), OptionalDouble.of(lost), left);
    }

    Trial leftFor(String why) {
        return new Trial(recipe, trained, quantized, steps, finding, drop, Optional.of(why));
    }
}
