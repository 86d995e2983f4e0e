package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Decision trees side by side. A reference to a node is the index of a branch, or the complement of the index of a leaf.
 *
 * @param roots a reference for each tree
 */
record Forest(List<Integer> roots, List<Branch> branches, List<Leaf> leaves) {
    /** How a feature is compared with the split; the order is that of the standard's numbers. */
    enum Mode {
        BRANCH_LEQ,
        BRANCH_LT,
        BRANCH_GTE,
        BRANCH_GT,
        BRANCH_EQ,
        BRANCH_NEQ,
        BRANCH_MEMBER
    }

    /** How the trees' weights become a score; the order is that of the standard's numbers. */
    enum Aggregate {
        AVERAGE,
        SUM,
        MIN,
        MAX
    }

    /** @param missingIsTrue whether a value that is no number goes the way of yes */
    record Branch(int feature, Mode mode, double split, Set<Double> members, boolean missingIsTrue, int yes, int no) {
        boolean isTrue(double value) {
            if (missingIsTrue && Double.isNaN(value)) {
                return true;
            }
            return switch (mode) {
                case BRANCH_LEQ -> value <= split;
                case BRANCH_LT -> value < split;
                case BRANCH_GTE -> value >= split;
                case BRANCH_GT -> value > split;
                case BRANCH_EQ -> value == split;
                case BRANCH_NEQ -> value != split;
                case BRANCH_MEMBER -> members.contains(value + 0.0);
            };
        }
    }

    /** What a leaf adds to which targets. */
    record Leaf(List<Integer> targets, List<Double> weights) {}

    Forest {
        roots = List.copyOf(roots);
        branches = List.copyOf(branches);
        leaves = List.copyOf(leaves);
        for (Branch branch : branches) {
            checkReference(branch.yes, branches, leaves);
            checkReference(branch.no, branches, leaves);
        }
        for (int root : roots) {
            checkReference(root, branches, leaves);
        }
    }

    private static void checkReference(int reference, List<Branch> branches, List<Leaf> leaves) {
        if (reference < 0 ? ~reference >= leaves.size() : reference >= branches.size()) {
            throw bad("refers to node " + (reference < 0 ? ~reference : reference) + ", which does not exist");
        }
    }

    static SelvedgeException bad(String what) {
        return new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "the tree ensemble " + what);
    }

    /** @throws SelvedgeException BAD_ATTRIBUTE when a node asks for a feature, or names a target, that does not exist */
    void check(int features, int targets) {
        for (Branch branch : branches) {
            if (branch.feature < 0 || branch.feature >= features) {
                throw bad("asks for feature " + branch.feature + " of " + features);
            }
        }
        for (Leaf leaf : leaves) {
            if (leaf.targets.stream().anyMatch(target -> target < 0 || target >= targets)) {
                throw bad("names targets " + leaf.targets + " of " + targets);
            }
        }
    }

    /** The scores of one row of features. */
    double[] scores(double[] row, int targets, Aggregate aggregate) {
        double[] scores = new double[targets];
        boolean[] reached = new boolean[targets];
        for (int root : roots) {
            Leaf leaf = leaf(root, row);
            for (int i = 0; i < leaf.targets.size(); i++) {
                int target = leaf.targets.get(i);
                double weight = leaf.weights.get(i);
                boolean first = !reached[target];
                scores[target] = switch (aggregate) {
                    case AVERAGE, SUM -> scores[target] + weight;
                    case MIN -> first ? weight : Math.min(scores[target], weight);
                    case MAX -> first ? weight : Math.max(scores[target], weight);
                };
                reached[target] = true;
            }
        }
        return aggregate == Aggregate.AVERAGE
                ? Arrays.stream(scores).map(score -> score / roots.size()).toArray()
                : scores;
    }

    private Leaf leaf(int root, double[] row) {
        int at = root;
        for (int steps = 0; at >= 0; steps++) {
            if (steps > branches.size()) {
                throw bad("has a cycle");
            }
            Branch branch = branches.get(at);
            at = branch.isTrue(row[branch.feature]) ? branch.yes : branch.no;
        }
        return leaves.get(~at);
    }
}
