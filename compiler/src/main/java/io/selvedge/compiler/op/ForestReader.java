package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Trees as attributes list them: a column for each property of a node, nodes named by tree and number. */
final class ForestReader {
    private static final List<Forest.Mode> MODES = List.of(Forest.Mode.values());

    private record Key(long tree, long node) {}

    private final Attributes attributes;

    ForestReader(Attributes attributes) {
        this.attributes = attributes;
    }

    /** TreeEnsemble's form: leaves apart from branches, trees told apart by their roots. */
    Forest read() {
        List<Integer> features = attributes.integers("nodes_featureids");
        int count = features.size();
        Tensor modes = tensor("nodes_modes", count);
        Tensor splits = tensor("nodes_splits", count);
        List<Set<Double>> members = members(modes);
        int[] yes = references("nodes_truenodeids", "nodes_trueleafs", count);
        int[] no = references("nodes_falsenodeids", "nodes_falseleafs", count);
        long[] missing = column("nodes_missing_value_tracks_true", count);
        List<Forest.Branch> branches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long mode = modes.getLong(i);
            if (mode < 0 || mode >= MODES.size()) {
                throw Forest.bad("has the mode " + mode + "; known are 0 to 6");
            }
            branches.add(new Forest.Branch(
                    features.get(i),
                    MODES.get((int) mode),
                    splits.getDouble(i),
                    members.get(i),
                    missing[i] != 0,
                    yes[i],
                    no[i]));
        }
        List<Integer> targets = attributes.integers("leaf_targetids");
        Tensor weights = tensor("leaf_weights", targets.size());
        List<Forest.Leaf> leaves = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            leaves.add(new Forest.Leaf(List.of(targets.get(i)), List.of(weights.getDouble(i))));
        }
        return new Forest(attributes.integers("tree_roots"), branches, leaves);
    }

    /** The sets of the nodes that test membership, one after the other, each ended by NaN. */
    private List<Set<Double>> members(Tensor modes) {
        double[] values =
                attributes.tensor("membership_values").map(Tensor::toDoubles).orElse(new double[0]);
        List<Set<Double>> members = new ArrayList<>();
        int at = 0;
        for (int i = 0; i < modes.elements(); i++) {
            Set<Double> set = new HashSet<>();
            if (modes.getLong(i) == MODES.indexOf(Forest.Mode.BRANCH_MEMBER)) {
                for (; at < values.length && !Double.isNaN(values[at]); at++) {
                    set.add(values[at] + 0.0);
                }
                at++;
            }
            members.add(set);
        }
        return members;
    }

    private int[] references(String ids, String isLeaf, int count) {
        long[] id = column(ids, count);
        long[] leaf = column(isLeaf, count);
        int[] references = new int[count];
        Arrays.setAll(references, i -> {
            if (id[i] < 0 || id[i] != (int) id[i]) {
                throw Forest.bad("has " + id[i] + " in " + ids);
            }
            return leaf[i] != 0 ? ~(int) id[i] : (int) id[i];
        });
        return references;
    }

    /**
     * The older form of regressors and classifiers.
     *
     * @param prefix of the leaves' attributes, {@code target} or {@code class}
     */
    Forest readOlder(String prefix) {
        List<String> modes = attributes.texts("nodes_modes");
        int count = modes.size();
        Key[] keys = keys("nodes", count);
        Map<Key, Integer> references = new HashMap<>();
        Map<Key, Integer> leafOf = new HashMap<>();
        int branchCount = 0;
        for (int i = 0; i < count; i++) {
            boolean isLeaf = modes.get(i).equals("LEAF");
            if (references.put(keys[i], isLeaf ? ~leafOf.size() : branchCount++) != null) {
                throw Forest.bad("has node " + keys[i].node + " of tree " + keys[i].tree + " twice");
            }
            if (isLeaf) {
                leafOf.put(keys[i], leafOf.size());
            }
        }
        Set<Key> children = new HashSet<>();
        List<Forest.Branch> branches = branches(modes, keys, references, children);
        List<Integer> roots = new ArrayList<>();
        for (Key key : keys) {
            if (!children.contains(key)) {
                roots.add(references.get(key));
            }
        }
        return new Forest(roots, branches, leaves(prefix, leafOf));
    }

    private List<Forest.Branch> branches(
            List<String> modes, Key[] keys, Map<Key, Integer> references, Set<Key> children) {
        int count = modes.size();
        long[] features = column("nodes_featureids", count);
        double[] splits = numbers("nodes_values", count);
        long[] yes = column("nodes_truenodeids", count);
        long[] no = column("nodes_falsenodeids", count);
        long[] missing = column("nodes_missing_value_tracks_true", count);
        List<Forest.Branch> branches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = modes.get(i);
            if (name.equals("LEAF")) {
                continue;
            }
            Forest.Mode mode = Arrays.stream(Forest.Mode.values())
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> Forest.bad("has the mode '" + name + "'"));
            Key yesKey = new Key(keys[i].tree, yes[i]);
            Key noKey = new Key(keys[i].tree, no[i]);
            children.add(yesKey);
            children.add(noKey);
            branches.add(new Forest.Branch(
                    Math.toIntExact(features[i]),
                    mode,
                    splits[i],
                    Set.of(),
                    missing[i] != 0,
                    reference(references, yesKey),
                    reference(references, noKey)));
        }
        return branches;
    }

    private static int reference(Map<Key, Integer> references, Key key) {
        Integer reference = references.get(key);
        if (reference == null) {
            throw Forest.bad("refers to node " + key.node + " of tree " + key.tree + ", which does not exist");
        }
        return reference;
    }

    private List<Forest.Leaf> leaves(String prefix, Map<Key, Integer> leafOf) {
        long[] ids = attributes.longs(prefix + "_ids").orElse(new long[0]);
        Key[] keys = keys(prefix, ids.length);
        double[] weights = numbers(prefix + "_weights", ids.length);
        List<List<Integer>> targets = new ArrayList<>();
        List<List<Double>> added = new ArrayList<>();
        for (int i = 0; i < leafOf.size(); i++) {
            targets.add(new ArrayList<>());
            added.add(new ArrayList<>());
        }
        for (int i = 0; i < ids.length; i++) {
            Integer leaf = leafOf.get(keys[i]);
            if (leaf == null) {
                throw Forest.bad(
                        "gives a weight to node " + keys[i].node + " of tree " + keys[i].tree + ", which is no leaf");
            }
            targets.get(leaf).add(Math.toIntExact(ids[i]));
            added.get(leaf).add(weights[i]);
        }
        List<Forest.Leaf> leaves = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            leaves.add(new Forest.Leaf(targets.get(i), added.get(i)));
        }
        return leaves;
    }

    private Key[] keys(String prefix, int count) {
        long[] trees = column(prefix + "_treeids", count);
        long[] nodes = column(prefix + "_nodeids", count);
        Key[] keys = new Key[count];
        Arrays.setAll(keys, i -> new Key(trees[i], nodes[i]));
        return keys;
    }

    private Tensor tensor(String name, int count) {
        Tensor tensor = attributes.tensor(name).orElseThrow(() -> Forest.bad("needs the attribute '" + name + "'"));
        if (tensor.elements() != count) {
            throw Forest.bad("needs " + count + " values in " + name + ", has " + tensor.elements());
        }
        return tensor;
    }

    /** A column of integers; zeros where the attribute is absent. */
    private long[] column(String name, int count) {
        long[] values = attributes.longs(name).orElse(new long[count]);
        if (values.length != count) {
            throw Forest.bad("needs " + count + " values in " + name + ", has " + values.length);
        }
        return values;
    }

    /** A column of numbers, as floats or as a tensor. */
    private double[] numbers(String name, int count) {
        double[] values = numbers(attributes, name);
        if (values.length != count) {
            throw Forest.bad("needs " + count + " values in " + name + ", has " + values.length);
        }
        return values;
    }

    /** Floats of an attribute, which may also be a tensor of the name with {@code _as_tensor}; none when absent. */
    static double[] numbers(Attributes attributes, String name) {
        if (attributes.has(name + "_as_tensor")) {
            return attributes.tensor(name + "_as_tensor").orElseThrow().toDoubles();
        }
        float[] floats = attributes.floats(name).orElse(new float[0]);
        double[] values = new double[floats.length];
        Arrays.setAll(values, i -> floats[i]);
        return values;
    }
}
