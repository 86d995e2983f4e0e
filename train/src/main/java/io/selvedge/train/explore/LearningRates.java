package io.selvedge.train.explore;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Rates at which recipes are trained. Recipes of one {@linkplain Recipe#kind kind} share the rate that a range test finds for the
 * first of them: with a dozen forms in a short round, a range test for each would take as long as the training.
 */
final class LearningRates {
    private final TrialFolder folder;
    private final Map<String, CompletableFuture<OptionalDouble>> byKind = new LinkedHashMap<>();
    /** Names of the recipes that search. */
    private final Set<String> searching = new HashSet<>();

    LearningRates(TrialFolder folder) {
        this.folder = folder;
    }

    /**
     * Says who searches: the first recipe of each kind whose rate is not known, so that it is the same one in every run. All of them
     * have to be trained, or to fail, for {@link #of} to return for the others; start them first.
     *
     * @return those that search
     */
    synchronized Set<Recipe> assign(Collection<Recipe> recipes) {
        Set<Recipe> found = new HashSet<>();
        for (Recipe recipe : recipes) {
            CompletableFuture<OptionalDouble> known = byKind.get(recipe.kind());
            if (known != null && !(known.isDone() && known.join().isEmpty())) {
                continue;
            }
            OptionalDouble kept = folder.rate(recipe.kind());
            if (kept.isPresent()) {
                byKind.put(recipe.kind(), CompletableFuture.completedFuture(kept));
            } else {
                byKind.put(recipe.kind(), new CompletableFuture<>());
                searching.add(recipe.name());
                found.add(recipe);
            }
        }
        return found;
    }

    /** The rate; empty for a recipe that has to search, or when the one that searched failed. Waits for one that searches. */
    OptionalDouble of(Recipe recipe) {
        CompletableFuture<OptionalDouble> rate;
        synchronized (this) {
            if (searching.contains(recipe.name())) {
                return OptionalDouble.empty();
            }
            rate = byKind.get(recipe.kind());
        }
        return rate == null ? OptionalDouble.empty() : rate.join();
    }

    /** What a recipe was trained at; empty when that failed. Changes nothing unless it had to search. */
    synchronized void found(Recipe recipe, OptionalDouble rate) {
        if (searching.remove(recipe.name())) {
            Objects.requireNonNull(byKind.get(recipe.kind())).complete(rate);
            rate.ifPresent(value -> folder.keepRate(recipe.kind(), value));
        }
    }
}
