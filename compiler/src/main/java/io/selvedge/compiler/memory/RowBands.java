package io.selvedge.compiler.memory;

import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A part of a program run band by band: some rows of the last step's result, the rows of every value that these need (a few more,
 * which neighbouring bands compute again), then the next. Only bands of the values between are in memory, not whole images.
 * (MCUNetV2 calls this patch-based inference.) Every pixel is computed by the same kernel from the same numbers, so results are
 * the same bits. Winograd's tiles would begin elsewhere: such a step is in no such part.
 */
final class RowBands {
    private final Program program;
    private final int first;
    private final int end;
    /** Written by a step of the part, and by no other. */
    private final Set<Integer> inner = new HashSet<>();

    private final int result;

    private RowBands(Program program, int first, int end) {
        this.program = program;
        this.first = first;
        this.end = end;
        this.result = program.steps().get(end - 1).kernel().writes();
        for (int step = first; step < end; step++) {
            inner.add(program.steps().get(step).kernel().writes());
        }
    }

    /** The part of the steps {@code first .. end - 1}, if it can be run in bands. */
    static Optional<RowBands> of(Program program, int first, int end) {
        RowBands part = new RowBands(program, first, end);
        return part.isClosed() && part.isSplittable() ? Optional.of(part) : Optional.empty();
    }

    /** Rows of the result, which bands divide. */
    int rows() {
        return program.buffer(result).h();
    }

    /** Only the result leaves the part. */
    private boolean isClosed() {
        for (int step = 0; step < program.steps().size(); step++) {
            Kernel kernel = program.steps().get(step).kernel();
            boolean inside = step >= first && step < end;
            if (inside && kernel.reads().contains(result)
                    || inside && step < end - 1 && kernel.writes() == result
                    || !inside && inner.contains(kernel.writes())
                    || !inside && kernel.reads().stream().anyMatch(id -> id != result && inner.contains(id))) {
                return false;
            }
        }
        return inner.stream().allMatch(id -> id == result || program.buffer(id).place() == Buffer.Place.ARENA);
    }

    private boolean isSplittable() {
        for (int step = first; step < end; step++) {
            boolean fits = switch (program.steps().get(step).kernel()) {
                case Kernel.Conv k -> isImage(k.y()) && isImage(k.x());
                case Kernel.DepthwiseConv k -> isImage(k.y()) && isImage(k.x());
                case Kernel.QConv k -> isImage(k.y()) && isImage(k.x());
                case Kernel.QDepthwiseConv k -> isImage(k.y()) && isImage(k.x());
                case Kernel.Pool k -> isImage(k.y()) && isImage(k.x());
                case Kernel.Map k -> isByRows(k.extents(), k.inputs(), k.output());
                case Kernel.Copy k -> isByRows(k.extents(), List.of(k.input()), k.output());
                case Kernel.Lut k -> isByRows(k.extents(), List.of(k.input()), k.output());
                case Kernel.Winograd _ -> false;
                case Kernel.Softmax _ -> false;
                case Kernel.MatMul _ -> false;
                case Kernel.Gemm _ -> false;
                case Kernel.LayerNorm _ -> false;
                case Kernel.Reduce _ -> false;
                case Kernel.Routine _ -> false;
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private boolean isImage(int id) {
        Buffer buffer = program.buffer(id);
        return buffer.layout() instanceof Layout.ChannelsLast
                && buffer.shape().rank() == 4
                && buffer.n() == 1
                && buffer.h() > 1;
    }

    private boolean isByRows(List<Integer> extents, List<Kernel.Strided> inputs, Kernel.Strided output) {
        return extents.size() == 4
                && extents.get(0) == 1
                && extents.get(2) > 1
                && walksRows(output, extents.get(2))
                && inputs.stream()
                        .allMatch(input ->
                                input.weight() || !inner.contains(input.buffer()) || walksRows(input, extents.get(2)));
    }

    /** Whether an operand meets every row of its image, some channels or all. */
    private boolean walksRows(Kernel.Strided operand, int rows) {
        if (operand.weight()) {
            return false;
        }
        Buffer buffer = program.buffer(operand.buffer());
        if (operand.buffer() == result && !(buffer.layout() instanceof Layout.ChannelsLast)) {
            return true;
        }
        return isImage(operand.buffer())
                && buffer.h() == rows
                && operand.strides().get(2) == buffer.rowPitch()
                && operand.offset() >= buffer.origin()
                && operand.offset() < buffer.origin() + buffer.pixelPitch();
    }

    /** The program with this part run in so many bands, as equal as can be. */
    Program in(int bands) {
        return new Writer(bands).write();
    }

    /** Rows {@code from .. to - 1} of a value. */
    private record Rows(int from, int to) {
        Rows and(Rows that) {
            return new Rows(Math.min(from, that.from), Math.max(to, that.to));
        }

        /** What a window over these rows of its result meets in an image of so many rows. */
        Rows met(Kernel.Window w, int height) {
            int begin = Math.clamp(from * w.strideH() - w.padTop(), 0, height - 1);
            long last = (to - 1L) * w.strideH() - w.padTop() + (w.kernelH() - 1L) * w.dilationH();
            return new Rows(begin, (int) Math.clamp(last + 1, begin + 1L, height));
        }
    }

    /** A buffer that holds some rows of another. */
    private record Band(Buffer buffer, Rows rows) {}

    private final class Writer {
        private final int bands;
        private final List<Buffer> buffers = new ArrayList<>(program.buffers());
        private final List<Program.Step> steps = new ArrayList<>();
        private Map<Integer, Rows> needed = new HashMap<>();
        private Map<Integer, Band> held = new HashMap<>();

        private Writer(int bands) {
            this.bands = bands;
        }

        Program write() {
            steps.addAll(program.steps().subList(0, first));
            for (int band = 0; band < bands; band++) {
                Rows rows = new Rows(band * rows() / bands, (band + 1) * rows() / bands);
                need(rows);
                held = new HashMap<>();
                for (int step = first; step < end; step++) {
                    step(program.steps().get(step));
                }
            }
            steps.addAll(program.steps().subList(end, program.steps().size()));
            return new Program(program.name(), buffers, program.weights(), steps, program.inputs(), program.outputs());
        }

        private void need(Rows rows) {
            needed = new HashMap<>();
            needed.put(result, rows);
            for (int step = end - 1; step >= first; step--) {
                Kernel kernel = program.steps().get(step).kernel();
                Rows own = rowsOf(kernel.writes());
                Optional<Kernel.Window> window = window(kernel);
                for (int i = 0; i < kernel.reads().size(); i++) {
                    int id = kernel.reads().get(i);
                    Rows met = window.isPresent() && i == 0
                            ? own.met(window.get(), program.buffer(id).h())
                            : own;
                    if (window.isPresent() || inner.contains(id)) {
                        needed.merge(id, met, Rows::and);
                    }
                }
            }
        }

        private Rows rowsOf(int id) {
            return Optional.ofNullable(needed.get(id))
                    .orElseThrow(() -> new IllegalStateException(
                            "nobody needs " + program.buffer(id).name()));
        }

        private static Optional<Kernel.Window> window(Kernel kernel) {
            return switch (kernel) {
                case Kernel.Conv k -> Optional.of(k.window());
                case Kernel.DepthwiseConv k -> Optional.of(k.window());
                case Kernel.QConv k -> Optional.of(k.window());
                case Kernel.QDepthwiseConv k -> Optional.of(k.window());
                case Kernel.Pool k -> Optional.of(k.window());
                default -> Optional.empty();
            };
        }

        private void step(Program.Step step) {
            Kernel kernel = step.kernel();
            Rows rows = rowsOf(kernel.writes());
            Kernel banded = switch (kernel) {
                case Kernel.Conv k -> {
                    Band x = image(k.x(), step);
                    OptionalInt r = residual(k.residual(), rows, step);
                    int y = output(k.y(), rows);
                    yield new Kernel.Conv(
                            x.buffer().id(), y, r, k.weights(), k.bias(), window(k.window(), x, rows), k.epilogue());
                }
                case Kernel.DepthwiseConv k -> {
                    Band x = image(k.x(), step);
                    OptionalInt r = residual(k.residual(), rows, step);
                    int y = output(k.y(), rows);
                    yield new Kernel.DepthwiseConv(
                            x.buffer().id(), y, r, k.weights(), k.bias(), window(k.window(), x, rows), k.epilogue());
                }
                case Kernel.QConv k -> {
                    Band x = image(k.x(), step);
                    OptionalInt r = residual(k.residual(), rows, step);
                    int y = output(k.y(), rows);
                    yield new Kernel.QConv(
                            x.buffer().id(),
                            y,
                            r,
                            k.weights(),
                            k.bias(),
                            k.scales(),
                            window(k.window(), x, rows),
                            k.requantize());
                }
                case Kernel.QDepthwiseConv k -> {
                    Band x = image(k.x(), step);
                    OptionalInt r = residual(k.residual(), rows, step);
                    int y = output(k.y(), rows);
                    yield new Kernel.QDepthwiseConv(
                            x.buffer().id(),
                            y,
                            r,
                            k.weights(),
                            k.bias(),
                            k.scales(),
                            window(k.window(), x, rows),
                            k.requantize());
                }
                case Kernel.Pool k -> {
                    Band x = image(k.x(), step);
                    int y = output(k.y(), rows);
                    boolean toTheEnd = x.rows().to() == program.buffer(k.x()).h();
                    yield new Kernel.Pool(
                            x.buffer().id(),
                            y,
                            k.kind(),
                            window(k.window(), x, rows),
                            toTheEnd ? k.padBottom() : 0,
                            k.padRight(),
                            k.countIncludePad(),
                            k.scale(),
                            k.zeroPointX(),
                            k.zeroPointY(),
                            k.lo(),
                            k.hi());
                }
                case Kernel.Map k ->
                    new Kernel.Map(
                            extents(k.extents(), rows),
                            k.inputs().stream()
                                    .map(input -> operand(input, rows))
                                    .toList(),
                            operandOut(k.output(), rows),
                            k.expr(),
                            k.compute());
                case Kernel.Copy k ->
                    new Kernel.Copy(
                            extents(k.extents(), rows),
                            operand(k.input(), rows),
                            operandOut(k.output(), rows),
                            k.elementBytes(),
                            k.xor());
                case Kernel.Lut k ->
                    new Kernel.Lut(
                            extents(k.extents(), rows),
                            operand(k.input(), rows),
                            operandOut(k.output(), rows),
                            k.table());
                case Kernel.Winograd _,
                        Kernel.Softmax _,
                        Kernel.MatMul _,
                        Kernel.Gemm _,
                        Kernel.LayerNorm _,
                        Kernel.Reduce _,
                        Kernel.Routine _ -> throw new IllegalStateException("not in bands: " + step.name());
            };
            long height = program.buffer(kernel.writes()).h();
            steps.add(new Program.Step(step.name(), banded, step.macs() * (rows.to() - rows.from()) / height));
            if (kernel.writes() == result && window(kernel).isPresent()) {
                Band band = band(result);
                copy(band, rows, new Band(program.buffer(result), new Rows(0, rows())), step);
            }
        }

        private Band band(int id) {
            return Optional.ofNullable(held.get(id))
                    .orElseThrow(() -> new IllegalStateException(
                            "no rows of " + program.buffer(id).name() + " yet"));
        }

        /** The rows of an image that a window reads; those of one from outside are copied first. */
        private Band image(int id, Program.Step step) {
            if (!held.containsKey(id)) {
                Band whole = new Band(
                        program.buffer(id), new Rows(0, program.buffer(id).h()));
                Band copied = add(program.buffer(id), rowsOf(id));
                copy(whole, rowsOf(id), copied, step);
                held.put(id, copied);
            }
            return band(id);
        }

        /** A residual has the rows of the result, no others. */
        private OptionalInt residual(OptionalInt id, Rows rows, Program.Step step) {
            if (id.isEmpty()) {
                return id;
            }
            Band band = image(id.getAsInt(), step);
            if (band.rows().equals(rows)) {
                return OptionalInt.of(band.buffer().id());
            }
            Band exact = add(program.buffer(id.getAsInt()), rows);
            copy(band, rows, exact, step);
            return OptionalInt.of(exact.buffer().id());
        }

        private int output(int id, Rows rows) {
            return held.computeIfAbsent(id, _ -> add(program.buffer(id), rows))
                    .buffer()
                    .id();
        }

        private Band add(Buffer whole, Rows rows) {
            Layout.ChannelsLast layout = whole.channelsLast();
            Buffer buffer = new Buffer(
                    buffers.size(),
                    whole.name() + "[" + rows.from() + ".." + rows.to() + "]",
                    whole.dtype(),
                    Shape.of(1, whole.c(), rows.to() - rows.from(), whole.w()),
                    new Layout.ChannelsLast(
                            layout.channelPitch(),
                            rows.from() == 0 ? layout.top() : 0,
                            layout.left(),
                            rows.to() == whole.h() ? layout.bottom() : 0,
                            layout.right()),
                    whole.padValue(),
                    // A run may be read beyond its end, which was in the border below.
                    whole.dtype().bytes() == 1 ? Math.max(4, whole.slackBytes()) : whole.slackBytes(),
                    Buffer.Place.ARENA,
                    -1);
            buffers.add(buffer);
            return new Band(buffer, rows);
        }

        /** All that lies in the pixels, unused channels too. */
        private void copy(Band from, Rows rows, Band to, Program.Step step) {
            Buffer x = from.buffer();
            Buffer y = to.buffer();
            steps.add(new Program.Step(
                    step.name(),
                    new Kernel.Copy(
                            List.of(1, x.pixelPitch(), rows.to() - rows.from(), x.w()),
                            pixels(x, rows.from() - from.rows().from()),
                            pixels(y, rows.from() - to.rows().from()),
                            x.dtype().bytes(),
                            0),
                    0));
        }

        private static Kernel.Strided pixels(Buffer buffer, int row) {
            return new Kernel.Strided(
                    buffer.id(),
                    false,
                    buffer.origin() + row * buffer.rowPitch(),
                    List.of(buffer.imagePitch(), 1, buffer.rowPitch(), buffer.pixelPitch()));
        }

        private static Kernel.Window window(Kernel.Window w, Band x, Rows rows) {
            return new Kernel.Window(
                    w.kernelH(),
                    w.kernelW(),
                    w.strideH(),
                    w.strideW(),
                    w.dilationH(),
                    w.dilationW(),
                    x.rows().from() - (rows.from() * w.strideH() - w.padTop()),
                    w.padLeft());
        }

        private static List<Integer> extents(List<Integer> extents, Rows rows) {
            return List.of(extents.get(0), extents.get(1), rows.to() - rows.from(), extents.get(3));
        }

        private Kernel.Strided operandOut(Kernel.Strided whole, Rows rows) {
            if (whole.buffer() != result) {
                output(whole.buffer(), rows);
            }
            return operand(whole, rows);
        }

        private Kernel.Strided operand(Kernel.Strided whole, Rows rows) {
            if (whole.weight() || !held.containsKey(whole.buffer()) || !inner.contains(whole.buffer())) {
                int skipped = Math.multiplyExact(rows.from(), whole.strides().get(2));
                return new Kernel.Strided(whole.buffer(), whole.weight(), whole.offset() + skipped, whole.strides());
            }
            Band band = band(whole.buffer());
            Buffer from = program.buffer(whole.buffer());
            Buffer to = band.buffer();
            int row = rows.from() - band.rows().from();
            return new Kernel.Strided(
                    to.id(),
                    false,
                    whole.offset() - from.origin() + to.origin() + row * to.rowPitch(),
                    List.of(
                            to.imagePitch(),
                            whole.strides().get(1),
                            to.rowPitch(),
                            whole.strides().get(3)));
        }
    }
}
