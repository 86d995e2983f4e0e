package io.selvedge.train.graph;

import io.selvedge.compress.quant.WeightGrid;
import org.bytedeco.pytorch.Tensor;

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

    /** {@code s * round(2^(round(2 log2 q) / 2))} of the codes q = clamp(round(x / s), 0, 255). */
    static Tensor halfOctaves(Tensor x, Tensor scale) {
        float[] levels = new float[CODES];
        for (int code = 1; code < CODES; code++) {
            double power = Math.pow(2, Math.rint(2 * Math.log(code) / Math.log(2)) / 2);
            levels[code] = (float) Math.min(CODES - 1, Math.rint(power));
        }
        Tensor table = NativeTensor.floats(levels, CODES);
        Tensor clamped = x.div(scale).clamp_min(Natively.number(0)).clamp_max(Natively.number(CODES - 1.0));
        Tensor codes = clamped.detach().round().toType(org.bytedeco.pytorch.global.torch.ScalarType.Long);
        Tensor moved = table.index_select(0, codes.flatten()).reshape(x.sizes());
        return Elementwise.straightThrough(clamped, moved).mul(scale);
    }
}
