package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.WeightPacking;
import io.selvedge.compiler.target.Target;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How the direct kernel walks over a dense convolution: a window is so many segments of contiguous elements per kernel row. */
record DenseConv(Target target, Buffer x, Buffer y, Optional<Buffer> residual, Kernel.Window window) {
    static DenseConv of(Target target, Program program, int x, int y, OptionalInt residual, Kernel.Window window) {
        return new DenseConv(
                target,
                program.buffer(x),
                program.buffer(y),
                residual.isPresent() ? Optional.of(program.buffer(residual.getAsInt())) : Optional.empty(),
                window);
    }

    private boolean tapRuns() {
        return window.dilationW() > 1 && window.kernelW() > 1;
    }

    int segments() {
        return tapRuns() ? window.kernelW() : 1;
    }

    /** Elements of a segment. */
    int run() {
        return window.kernelW() == 1 || tapRuns() ? x.c() : window.kernelW() * x.pixelPitch();
    }

    boolean eightBit() {
        return x.dtype().bytes() == 1;
    }

    /** Steps along K in a segment: elements, or words of four bytes. */
    int steps() {
        return eightBit() ? (run() + 3) / 4 : run();
    }

    PixelAxes axes() {
        return PixelAxes.of(x, y, residual, window, true);
    }

    KernelRows kernelRows() {
        return KernelRows.of(x, y, axes(), window);
    }

    /** Of output channels. */
    int vectors() {
        int channels = WeightPacking.roundUp(y.c());
        if (y.pixelPitch() < channels
                || residual.filter(r -> r.pixelPitch() < channels).isPresent()) {
            throw new IllegalStateException("output " + y.name() + " and its residual need whole vectors of channels");
        }
        return channels / target.lanes();
    }

    long weightBytes() {
        return (long) vectors() * target.lanes() * kernelRows().count() * segments() * steps() * Float.BYTES;
    }

    /** Tiles that give the same bits, the cost model's choice first. */
    List<Tile> tiles() {
        PixelAxes axes = axes();
        long covered = (long) axes.pixels()
                * window.strideH()
                * window.strideW()
                * x.c()
                * x.dtype().bytes();
        List<Tile> tiles = new TileChooser(target, eightBit())
                .ranked(
                        axes.rows().extent(),
                        axes.cols().extent(),
                        vectors(),
                        segments() * steps(),
                        kernelRows(),
                        covered,
                        (long) axes.cols().strides().getFirst() * x.dtype().bytes());
        // Narrow tiles add floats up in another order.
        return tiles.stream()
                .filter(tile -> eightBit() || isNarrow(tile) == isNarrow(tiles.getFirst()))
                .toList();
    }

    boolean isNarrow(Tile tile) {
        return tile.isNarrow(y.c(), vectors(), steps());
    }
}
