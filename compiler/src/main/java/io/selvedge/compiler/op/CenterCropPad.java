package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts or fills axes around their middle to given extents, restated on import as a Pad whose amounts may be negative. Inputs:
 * X, extents (constant).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__CenterCropPad.html">ONNX CenterCropPad</a>
 */
final class CenterCropPad {
    private CenterCropPad() {}

    static Op read(OpCall call) {
        int[] x = call.extents(0);
        List<Integer> extents = call.neededIntegers(1, "shape");
        List<Integer> axes = call.attributes()
                .integers("axes", IntStream.range(0, x.length).boxed().toList());
        shapes(extents.size() == axes.size(), "needs an extent for each of the axes %s, got %s", axes, extents);
        List<Integer> pads = new ArrayList<>(Collections.nCopies(2 * x.length, 0));
        for (int i = 0; i < axes.size(); i++) {
            int axis = Operands.axis(axes.get(i), x.length);
            int more = extents.get(i) - x[axis];
            int begin = more / 2;
            pads.set(axis, begin);
            pads.set(axis + x.length, more - begin);
        }
        call.keep(1);
        call.set(1, "pads", pads);
        return new Pad(Pad.Mode.CONSTANT);
    }
}
