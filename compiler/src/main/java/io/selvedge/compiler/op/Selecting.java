package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.List;
import java.util.Optional;

/** An operator whose first result is as long as the data says. Where the data is not known, {@link Bounded} gives it a maximum. */
public interface Selecting extends Op {
    /** Whether every input is known that decides how long the result is. */
    boolean isDecided(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants);

    /** The axis of the result that the data decides about. */
    int openAxis(List<Optional<TensorType>> inputs);

    /**
     * The result's type with as many elements along that axis as there can ever be, at least 1.
     *
     * @throws io.selvedge.compiler.diag.SelvedgeException SHAPE_MISMATCH or DTYPE_MISMATCH when the inputs do not fit
     */
    TensorType largest(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants);

    /**
     * Emits what fills the result for at most {@code most} elements, zeros behind them.
     *
     * @param node its first output is the result
     * @return the count, int64 [1]
     */
    View select(Node node, ProgramBuilder builder, int most);
}
