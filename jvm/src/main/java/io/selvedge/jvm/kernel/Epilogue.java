package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Expression;
import io.selvedge.jvm.program.Expression.BinaryOperation;
import java.util.List;

/**
 * What follows a convolution. The usual ones, a residual added and what is negative cut off, are done where the sums are stored;
 * any other is a formula over rows of the result.
 */
final class Epilogue {
    private static final Expression SUM = new Expression.Input(0);
    private static final Expression RESIDUAL = new Expression.Input(1);
    private static final List<Expression> WITH_RESIDUAL = List.of(
            new Expression.Binary(BinaryOperation.ADD, SUM, RESIDUAL),
            new Expression.Binary(BinaryOperation.ADD, RESIDUAL, SUM));

    private final boolean adds;
    private final boolean positive;
    private final Formula formula;

    private Epilogue(boolean adds, boolean positive, Formula formula) {
        this.adds = adds;
        this.positive = positive;
        this.formula = formula;
    }

    static Epilogue of(Expression expression) {
        boolean positive = expression instanceof Expression.Binary cut
                && cut.operation() == BinaryOperation.MAX
                && cut.b().equals(new Expression.Constant(0));
        Expression inner = positive ? ((Expression.Binary) expression).a() : expression;
        if (inner.equals(SUM) || WITH_RESIDUAL.contains(inner)) {
            return new Epilogue(WITH_RESIDUAL.contains(inner), positive, null);
        }
        return new Epilogue(false, false, new Formula(expression, 2));
    }

    /** The kernel's last operand. */
    float[] residual(Memory memory, int buffer) {
        return adds ? memory.floats(buffer) : null;
    }

    boolean positive() {
        return positive;
    }

    /** Whether sums lie beside y first and {@link #store} brings them there: it must read a residual that y may lie over. */
    boolean isFormula() {
        return formula != null;
    }

    /** The formula of sums that lie side by side, {@code channels} for each pixel of the list. */
    void store(Memory memory, PixelList pixels, float[] sums, int channels, float[] y, int residualBuffer) {
        float[] residual = residualBuffer < 0 ? null : memory.floats(residualBuffer);
        float[][] registers = formula.registers(memory.scratch());
        int together = Math.max(1, Formula.CHUNK / channels);
        int length = Math.min(channels, Formula.CHUNK);
        for (int p = 0; p < pixels.count; p += together) {
            int count = Math.min(together, pixels.count - p);
            for (int c = 0; c < channels; c += length) {
                int part = Math.min(length, channels - c);
                System.arraycopy(sums, p * channels + c, registers[0], 0, (count - 1) * channels + part);
                for (int i = 0; residual != null && i < count; i++) {
                    System.arraycopy(residual, pixels.residual[p + i] + c, registers[1], i * channels, part);
                }
                float[] results = formula.run(registers, (count - 1) * channels + part);
                for (int i = 0; i < count; i++) {
                    System.arraycopy(results, i * channels, y, pixels.y[p + i] + c, part);
                }
            }
        }
    }

    /** The formula of sums that are in y already, row by row; the residual lies elsewhere. */
    void overRows(Memory memory, PixelWalk walk, int channels, float[] y, int residualBuffer) {
        if (formula == null) {
            return;
        }
        float[] residual = residualBuffer < 0 ? null : memory.floats(residualBuffer);
        float[][] registers = formula.registers(memory.scratch());
        boolean dense = walk.yCol() == channels && (residual == null || walk.rCol() == channels);
        int pieces = dense ? 1 : walk.cols();
        int length = dense ? walk.cols() * channels : channels;
        for (int image = 0; image < walk.images(); image++) {
            for (int row = 0; row < walk.rows(); row++) {
                for (int piece = 0; piece < pieces; piece++) {
                    int to = walk.yFirst() + image * walk.yImage() + row * walk.yRow() + piece * walk.yCol();
                    int from = walk.rFirst() + image * walk.rImage() + row * walk.rRow() + piece * walk.rCol();
                    formula.inPlace(registers, y, to, residual, from, length);
                }
            }
        }
    }
}
