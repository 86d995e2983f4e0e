package io.selvedge.train.graph;

import io.selvedge.compiler.ir.Node;
import io.selvedge.train.Treatment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Treatments on tensors. */
public final class TreatmentHook implements Hook {
    private final Map<String, Treatment.Mask> masks = new LinkedHashMap<>();
    private final Map<String, Treatment.FakeQuantization> quantized = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Tensor> learned = new LinkedHashMap<>();

    /** A value may have one treatment of each kind; the mask comes first. */
    public TreatmentHook(List<Treatment> treatments) {
        try (PointerScope _ = new PointerScope()) {
            for (Treatment treatment : treatments) {
                switch (treatment) {
                    case Treatment.Mask mask -> {
                        masks.put(mask.value(), mask);
                        keep("mask/" + mask.value(), mask.mask(), false);
                    }
                    case Treatment.FakeQuantization fake -> {
                        quantized.put(fake.value(), fake);
                        keep("scale/" + fake.value(), fake.scale(), fake.learned());
                    }
                }
            }
        }
    }

    private void keep(String name, io.selvedge.compiler.ir.Tensor tensor, boolean moves) {
        Tensor kept =
                Natively.kept(NativeTensor.of(tensor, ScalarType.Float).clone().set_requires_grad(moves));
        tensors.put(name, kept);
        if (moves) {
            learned.put(name, kept);
        }
    }

    @Override
    public Tensor read(Node reader, int input, Tensor value) {
        return treated(reader.input(input), value);
    }

    @Override
    public Tensor output(String name, Tensor value) {
        return treated(name, value);
    }

    private Tensor treated(String name, Tensor value) {
        Tensor result = value;
        Tensor mask = tensors.get("mask/" + name);
        if (mask != null) {
            result = result.mul(mask);
        }
        Tensor scale = tensors.get("scale/" + name);
        Treatment.FakeQuantization fake = quantized.get(name);
        if (scale != null && fake != null) {
            result = switch (fake.scheme()) {
                case LINEAR -> linear(result, scale, fake);
                case LOG2 -> powers(result, scale, fake);
                case SHORT_SUMS ->
                    Listed.shortSums(result, Quantizing.along(step(fake, scale, result), result, fake.axis()));
                case HALF_OCTAVES -> Listed.octaves(result, scale, 2);
                case QUARTER_OCTAVES -> Listed.octaves(result, scale, 4);
            };
        }
        return result;
    }

    /**
     * {@code (clamp(round(x / s) + z) - z) * s}. The scale's own gradient, where it is learned, is that of LSQ: it follows from
     * the formula once rounding passes gradients, and is made smaller by the square root of how many elements and codes share it.
     */
    private static Tensor linear(Tensor x, Tensor scale, Treatment.FakeQuantization fake) {
        double high = fake.signed() ? Math.scalb(1.0, fake.bits() - 1) - 1 : Math.scalb(1.0, fake.bits()) - 1;
        double low = fake.signed() ? -high : 0;
        if (!fake.learned() && scale.numel() == 1) {
            return fixed(x, scale.item_double(), low - fake.zeroPoint(), high - fake.zeroPoint());
        }
        Tensor s = Quantizing.along(step(fake, scale, x), x, fake.axis());
        Tensor codes = x.div(s)
                .clamp_min(Natively.number(low - fake.zeroPoint()))
                .clamp_max(Natively.number(high - fake.zeroPoint()));
        return Elementwise.round(codes).mul(s);
    }

    /** With one scale that stays: activations, which are most of what such training reads and writes; half as many passes. */
    private static Tensor fixed(Tensor x, double scale, double low, double high) {
        Tensor s = torch.full(new long[0], Natively.number(scale));
        Tensor inside = torch.hardtanh(x, Natively.number(low * scale), Natively.number(high * scale));
        Tensor y = inside.detach().div(s).round_().mul_(s);
        return Elementwise.straightThrough(inside, y);
    }

    private static Tensor damped(Tensor scale, Tensor x, double high) {
        double share = 1 / Math.sqrt((double) x.numel() / scale.numel() * high);
        Tensor positive = scale.abs();
        return positive.mul(Natively.number(share)).add(positive.detach().mul(Natively.number(1 - share)));
    }

    /** The scales, of which those that are learned have gradients as small as LSQ makes them. */
    private static Tensor step(Treatment.FakeQuantization fake, Tensor scale, Tensor x) {
        return fake.learned() ? damped(scale, x, Math.scalb(1.0, fake.bits() - 1) - 1) : scale;
    }

    /**
     * The nearest of 0 and {@code top * 2^-k}: nearest on a line, so the border between two powers is their middle. The largest
     * magnitude's own gradient, where it is learned, is again what follows once rounding of {@code x / top} passes gradients.
     */
    private static Tensor powers(Tensor x, Tensor scale, Treatment.FakeQuantization fake) {
        int levels = (1 << (fake.signed() ? fake.bits() - 1 : fake.bits())) - 1;
        Tensor top = Quantizing.along(step(fake, scale, x), x, fake.axis());
        Tensor part = x.div(top);
        Tensor share = part.detach().abs();
        // log2(4/3 * share) rounds down to k where share lies between the middles of its neighbours.
        Tensor exponent = share.mul(Natively.number(4.0 / 3))
                .clamp_min(Natively.number(1e-30))
                .log2()
                .floor()
                .clamp_max(Natively.number(0));
        Tensor magnitude = torch.exp2(exponent);
        Tensor smallest = torch.full_like(magnitude, Natively.number(Math.scalb(1.0, 1 - levels)));
        Tensor kept = magnitude
                .maximum(smallest)
                .mul(share.ge(Natively.number(Math.scalb(1.0, -levels))).toType(magnitude.scalar_type()));
        Tensor clamped = part.clamp_min(Natively.number(fake.signed() ? -1 : 0)).clamp_max(Natively.number(1));
        return Elementwise.straightThrough(clamped, part.detach().sign().mul(kept))
                .mul(top);
    }

    @Override
    public Map<String, Tensor> learned() {
        return Collections.unmodifiableMap(learned);
    }

    /** A graph's parameters times their masks. */
    public Map<String, Treatment.Mask> masks() {
        return Collections.unmodifiableMap(masks);
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
