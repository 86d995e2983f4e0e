package io.selvedge.train.graph;

import io.selvedge.compress.quant.WeightGrid;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Fake quantisation to levels that are listed rather than computed, with the straight-through gradient inside of their range. */
final class Listed {
    private static final int CODES = 256;

    private Listed() {}

    /**
     * The nearest level of {@link WeightGrid#LOG5}, of two as near the smaller one.
     *
     * @param top the largest level; its gradient follows once rounding of {@code x / top} passes gradients
     */
    static Tensor shortSums(Tensor x, Tensor top) {
        Tensor part = x.div(top);
        Tensor size = part.detach().abs().mul(Natively.number(WeightGrid.LOG5.top()));
        Tensor level = size.mul(Natively.number(0));
        int before = 0;
        for (int magnitude = 1; magnitude <= WeightGrid.LOG5.top(); magnitude++) {
            if (WeightGrid.LOG5.nearest(magnitude) == magnitude) {
                Tensor above =
                        size.gt(Natively.number((before + magnitude) / 2.0)).toType(size.scalar_type());
                level = level.add(above.mul(Natively.number(magnitude - before)));
                before = magnitude;
            }
        }
        Tensor y = part.detach().sign().mul(level).div(Natively.number(WeightGrid.LOG5.top()));
        Tensor clamped = part.clamp_min(Natively.number(-1)).clamp_max(Natively.number(1));
        return Elementwise.straightThrough(clamped, y).mul(top);
    }

    /**
     * {@code s * min(255, round(2^(round(n log2 q) / n)))} of the codes q = clamp(round(x / s), 0, 255); 0 stays 0, whose logarithm is
     * negative infinity.
     *
     * @param scale s, of one element
     * @param levels n, of an octave
     */
    static Tensor octaves(Tensor x, Tensor scale, int levels) {
        double s = scale.item_double();
        Tensor inside = torch.hardtanh(x, Natively.number(0), Natively.number((CODES - 1) * s));
        Tensor y = inside.detach()
                .div(scale)
                .round_()
                .log2_()
                .mul_(Natively.number(levels))
                .round_()
                .mul_(Natively.number(1.0 / levels))
                .exp2_()
                .round_()
                .clamp_max_(Natively.number(CODES - 1.0))
                .mul_(scale);
        return Elementwise.straightThrough(inside, y);
    }
}
