package io.selvedge.compress.data;

import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Some samples of another dataset, in a given order. */
final class Subset implements Dataset {
    private final Dataset whole;
    private final int[] indices;

    Subset(Dataset whole, int[] indices) {
        this.whole = whole;
        this.indices = indices.clone();
        for (int index : this.indices) {
            Objects.checkIndex(index, whole.size());
        }
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public Sample get(int index) {
        return whole.get(indices[index]);
    }

    @Override
    public Map<String, TensorType> inputs() {
        return whole.inputs();
    }

    @Override
    public Optional<List<String>> classes() {
        return whole.classes();
    }
}
