package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;

/** A product of matrices of doubles or whole numbers, element by element; whole numbers wrap. */
final class WideMatMulStep implements Step {
    private final Kernel.MatMul product;
    private final Element element;
    private final Object aWeights;
    private final Object bWeights;
    private final int[] bases = new int[3];

    WideMatMulStep(Program program, Weights weights, Kernel.MatMul product) {
        this.product = product;
        element = program.buffer(product.product().buffer()).element();
        aWeights = constants(weights, product.a());
        bWeights = constants(weights, product.b());
        Kernel.Strided[] operands = {product.a(), product.b(), product.product()};
        for (int i = 0; i < operands.length; i++) {
            bases[i] = operands[i].offset()
                    + (operands[i].weight()
                            ? 0
                            : program.buffer(operands[i].buffer()).base());
        }
    }

    private Object constants(Weights weights, Kernel.Strided operand) {
        if (!operand.weight()) {
            return null;
        }
        return switch (element.storage()) {
            case DOUBLES -> weights.doubles(operand.buffer());
            case LONGS -> weights.longs(operand.buffer());
            case INTS -> weights.ints(operand.buffer());
            default -> throw new IllegalStateException("no matrix product of " + element);
        };
    }

    @Override
    public int run(Memory memory) {
        Object a = aWeights != null ? aWeights : memory.array(product.a().buffer());
        Object b = bWeights != null ? bWeights : memory.array(product.b().buffer());
        Object y = memory.array(product.product().buffer());
        for (int batch = 0; batch < product.batch(); batch++) {
            for (int i = 0; i < product.m(); i++) {
                for (int j = 0; j < product.n(); j++) {
                    int from = place(0, product.a(), batch, i, 0);
                    int with = place(1, product.b(), batch, 0, j);
                    int to = place(2, product.product(), batch, i, j);
                    if (element == Element.FLOAT64) {
                        ((double[]) y)[to] = reals((double[]) a, from, (double[]) b, with);
                    } else {
                        Convert.putWhole(element, y, to, wholes(a, from, b, with));
                    }
                }
            }
        }
        return 0;
    }

    private int place(int operand, Kernel.Strided strided, int batch, int row, int col) {
        return bases[operand]
                + batch * strided.strides().get(0)
                + row * strided.strides().get(1)
                + col * strided.strides().get(2);
    }

    private double reals(double[] a, int from, double[] b, int with) {
        int aStep = product.a().strides().get(2);
        int bStep = product.b().strides().get(1);
        double sum = 0;
        for (int k = 0; k < product.k(); k++) {
            sum += a[from + k * aStep] * b[with + k * bStep];
        }
        return sum;
    }

    private long wholes(Object a, int from, Object b, int with) {
        int aStep = product.a().strides().get(2);
        int bStep = product.b().strides().get(1);
        long sum = 0;
        for (int k = 0; k < product.k(); k++) {
            sum += Convert.whole(element, a, from + k * aStep) * Convert.whole(element, b, with + k * bStep);
        }
        return sum;
    }
}
