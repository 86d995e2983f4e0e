package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** An activation of a recurrent operator with its numbers, which mean nothing where the form has none. */
public record Squash(Form form, float alpha, float beta) {
    /** The functions that ONNX allows, in the order of {@code sv_squash_form}; names as files have them. */
    public enum Form {
        SIGMOID("Sigmoid", 0, 0, 0),
        TANH("Tanh", 0, 0, 0),
        RELU("Relu", 0, 0, 0),
        AFFINE("Affine", 2, 1, 0),
        LEAKY_RELU("LeakyRelu", 1, 0.01f, 0),
        THRESHOLDED_RELU("ThresholdedRelu", 1, 1, 0),
        SCALED_TANH("ScaledTanh", 2, 1, 1),
        HARD_SIGMOID("HardSigmoid", 2, 0.2f, 0.5f),
        ELU("Elu", 1, 1, 0),
        SOFTSIGN("Softsign", 0, 0, 0),
        SOFTPLUS("Softplus", 0, 0, 0);

        private final String text;
        private final int numbers;
        private final float alpha;
        private final float beta;

        Form(String text, int numbers, float alpha, float beta) {
            this.text = text;
            this.numbers = numbers;
            this.alpha = alpha;
            this.beta = beta;
        }
    }

    static Squash of(Form form) {
        return new Squash(form, form.alpha, form.beta);
    }

    String text() {
        return form.text;
    }

    double apply(double x) {
        return switch (form) {
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case RELU -> Math.max(0, x);
            case AFFINE -> alpha * x + beta;
            case LEAKY_RELU -> x < 0 ? alpha * x : x;
            case THRESHOLDED_RELU -> x > alpha ? x : 0;
            case SCALED_TANH -> alpha * Math.tanh(beta * x);
            case HARD_SIGMOID -> Math.clamp(alpha * x + beta, 0.0, 1.0);
            case ELU -> x < 0 ? alpha * Math.expm1(x) : x;
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case SOFTPLUS -> Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
        };
    }

    /** Activations by name; the lists of numbers go to those that have any, in order, and may end early. */
    static List<Squash> read(List<String> names, List<Float> alphas, List<Float> betas) {
        List<Squash> all = new ArrayList<>();
        int alphaAt = 0;
        int betaAt = 0;
        for (String name : names) {
            Form form = form(name);
            float alpha = form.numbers > 0 && alphaAt < alphas.size() ? alphas.get(alphaAt++) : form.alpha;
            float beta = form.numbers > 1 && betaAt < betas.size() ? betas.get(betaAt++) : form.beta;
            all.add(new Squash(form, alpha, beta));
        }
        return all;
    }

    private static Form form(String text) {
        return Arrays.stream(Form.values())
                .filter(each -> each.text.equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "activation '" + text + "' is not known; use one of "
                                + Arrays.stream(Form.values())
                                        .map(each -> each.text)
                                        .collect(Collectors.joining(", "))));
    }

    /** The first numbers (or the second ones) of those that have them, as the attributes state them. */
    static float[] numbers(List<Squash> all, boolean first) {
        List<Float> some = new ArrayList<>();
        for (Squash each : all) {
            if (each.form.numbers > (first ? 0 : 1)) {
                some.add(first ? each.alpha : each.beta);
            }
        }
        float[] numbers = new float[some.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = some.get(i);
        }
        return numbers;
    }
}
