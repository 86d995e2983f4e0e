package io.selvedge.compress.eval;

/** The original model's evaluation with its outputs, which candidates are compared with. */
public final class Reference {
    private final Evaluation evaluation;
    private final float[][][] outputs;

    Reference(Evaluation evaluation, float[][][] outputs) {
        this.evaluation = evaluation;
        this.outputs = outputs;
    }

    public Evaluation evaluation() {
        return evaluation;
    }

    /** The original's outputs for a sample, in model order. Not a copy: do not change. */
    public float[][] outputs(int sample) {
        return outputs[sample];
    }

    int samples() {
        return outputs.length;
    }
}
