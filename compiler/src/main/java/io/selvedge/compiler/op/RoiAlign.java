package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Regions of an image pooled to one size: each output is the mean or maximum of points in its bin, read bilinearly. Inputs:
 * X [N,C,H,W], regions [R,4] (x1, y1, x2, y2), image of each [R]. Output [R,C,outputHeight,outputWidth].
 *
 * @param samples points per bin and axis; 0 takes as many as pixels
 * @param halfPixel coordinates are of pixels' centres
 * @see <a href="https://onnx.ai/onnx/operators/onnx__RoiAlign.html">ONNX RoiAlign</a>
 */
public record RoiAlign(
        boolean max, int outputHeight, int outputWidth, int samples, float spatialScale, boolean halfPixel)
        implements Op, Lowerable {
    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        String mode = attributes.text("mode", "avg");
        String coordinates = attributes.text(
                "coordinate_transformation_mode", call.opset() < 16 ? "output_half_pixel" : "half_pixel");
        if (!List.of("avg", "max").contains(mode)
                || !List.of("half_pixel", "output_half_pixel").contains(coordinates)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "needs mode avg or max and coordinates half_pixel or output_half_pixel, has '" + mode + "' and '"
                            + coordinates + "'");
        }
        return new RoiAlign(
                mode.equals("max"),
                attributes.index("output_height", 1),
                attributes.index("output_width", 1),
                attributes.index("sampling_ratio", 0),
                attributes.number("spatial_scale", 1),
                coordinates.equals("half_pixel"));
    }

    @Override
    public String type() {
        return "RoiAlign";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "mode",
                max ? "max" : "avg",
                "output_height",
                (long) outputHeight,
                "output_width",
                (long) outputWidth,
                "sampling_ratio",
                (long) samples,
                "spatial_scale",
                spatialScale,
                "coordinate_transformation_mode",
                halfPixel ? "half_pixel" : "output_half_pixel");
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        TensorType regions = required(inputs, 1, "rois");
        TensorType images = Operands.indices(required(inputs, 2, "batch_indices"));
        Operands.sameDType(x, regions);
        shapes(
                x.shape().rank() == 4
                        && regions.shape().rank() == 2
                        && regions.shape().extent(1) == 4
                        && images.shape().equals(Shape.of(regions.shape().extent(0))),
                "needs X [N,C,H,W], regions [R,4] and their images [R]; got %s, %s, %s",
                x,
                regions,
                images);
        return List.of(
                TensorType.of(x.dtype(), regions.shape().extent(0), x.shape().extent(1), outputHeight, outputWidth));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Tensor regions = required(inputs, 1, "rois");
        Tensor images = required(inputs, 2, "batch_indices");
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        int[] extents = x.shape().extents();
        double[] in = x.toDoubles();
        int bins = outputHeight * outputWidth;
        return List.of(Tensor.filled(type, i -> {
            int region = i / bins / extents[1];
            int image = Operands.index("RoiAlign", images.getLong(region), extents[0], 0);
            int plane = (image * extents[1] + i / bins % extents[1]) * extents[2] * extents[3];
            return bin(in, plane, extents[2], extents[3], regions, region, i % bins);
        }));
    }

    private double bin(double[] in, int plane, int height, int width, Tensor regions, int region, int bin) {
        double shift = halfPixel ? 0.5 : 0;
        double x1 = regions.getDouble(region * 4) * spatialScale - shift;
        double y1 = regions.getDouble(region * 4 + 1) * spatialScale - shift;
        double w = regions.getDouble(region * 4 + 2) * spatialScale - shift - x1;
        double h = regions.getDouble(region * 4 + 3) * spatialScale - shift - y1;
        // Without half pixels a region covers one pixel at least.
        double binW = (halfPixel ? w : Math.max(w, 1)) / outputWidth;
        double binH = (halfPixel ? h : Math.max(h, 1)) / outputHeight;
        int rows = samples > 0 ? samples : (int) Math.ceil(binH);
        int columns = samples > 0 ? samples : (int) Math.ceil(binW);
        double sum = 0;
        double largest = Double.NEGATIVE_INFINITY;
        int binRow = bin / outputWidth;
        for (int row = 0; row < rows; row++) {
            double y = y1 + (binRow + (row + 0.5) / rows) * binH;
            for (int column = 0; column < columns; column++) {
                double x = x1 + (bin % outputWidth + (column + 0.5) / columns) * binW;
                double[] terms = terms(in, plane, height, width, y, x);
                for (double term : terms) {
                    sum += term;
                    largest = Math.max(largest, term);
                }
            }
        }
        int count = rows * columns;
        return count == 0 ? 0 : max ? largest : sum / count;
    }

    /** The four weighted neighbours, whose sum is the value there; the standard takes the maximum over them one by one. */
    private static double[] terms(double[] in, int plane, int height, int width, double y, double x) {
        if (y < -1 || y > height || x < -1 || x > width) {
            return new double[4];
        }
        double atY = Math.clamp(y, 0, height - 1);
        double atX = Math.clamp(x, 0, width - 1);
        int top = (int) atY;
        int left = (int) atX;
        int bottom = Math.min(top + 1, height - 1);
        int right = Math.min(left + 1, width - 1);
        double down = atY - top;
        double across = atX - left;
        return new double[] {
            (1 - down) * (1 - across) * in[plane + top * width + left],
            (1 - down) * across * in[plane + top * width + right],
            down * (1 - across) * in[plane + bottom * width + left],
            down * across * in[plane + bottom * width + right]
        };
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Routines.call(
                builder,
                node.output(),
                "roi_align",
                "sv_roi_align",
                node.inputs(),
                builder.graph().type(node.input(0)).dtype(),
                Moves.bytes(builder, node.input(2)),
                builder.extents(node.input(0)),
                builder.extents(node.input(1))[0],
                outputHeight,
                outputWidth,
                Math.max(0, samples),
                spatialScale,
                halfPixel,
                max);
    }
}
