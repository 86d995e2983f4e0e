package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.target.Target;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The C of one step while it is written: what stands before its function, and the function's lines. */
final class StepCode {
    /** Parts are numbers of 16 bits. */
    static final int MAX_UNITS = 65535;

    private static final String ALL_ROWS = "(struct sv_part){0, 1}, 1";

    private final PlannedProgram planned;
    private final Target target;
    private final int number;
    private final Set<String> headers;
    private final PreparedWeights prepared;
    private final StringBuilder declarations = new StringBuilder();
    private final List<String> lines = new ArrayList<>();
    private final List<String> borders = new ArrayList<>();
    private final boolean worthSharing;
    private final Forms forms;
    private Forms.Taken taken = Forms.Taken.NONE;
    private String tile = "";
    private String result = "void";
    private int sections;
    private long workerScratchBytes;
    private int depth = 1;

    StepCode(
            PlannedProgram planned,
            Target target,
            PreparedWeights prepared,
            Sharing sharing,
            Forms forms,
            int number,
            Set<String> headers) {
        this.planned = planned;
        this.target = target;
        this.prepared = prepared;
        this.number = number;
        this.forms = forms;
        this.headers = headers;
        this.worthSharing = sharing.pays(planned.program(), number, target);
    }

    Target target() {
        return target;
    }

    Buffer buffer(int id) {
        return planned.program().buffer(id);
    }

    /** A name that no other step uses. */
    String named(String what) {
        return what + "_" + number;
    }

    /** The step's function returns an int from now on: not 0 where its data is bad. */
    void returnsStatus() {
        result = "int";
    }

    /** Whether threads may share the step's work, whose units are independent of each other. */
    boolean shares(int units) {
        return worthSharing && units > 1 && units <= MAX_UNITS;
    }

    /** The nest, its only axis divided in two where threads may share the work; {@code multiple} elements stay together. */
    LoopNest divided(LoopNest nest, int multiple) {
        return worthSharing ? nest.divided(multiple) : nest;
    }

    /**
     * Opens the loop in which a thread takes parts of the work, where threads share it; what the step did so far is thread 0's.
     *
     * @return the part to compute: {@code part}, or all units
     */
    String openParts(int units) {
        if (!shares(units)) {
            return "(struct sv_part){0, " + units + "}";
        }
        lines.removeAll(borders);
        openSections(1);
        lines.add(0, "    struct sv_part part;");
        lines.add(1, String.format(Locale.ROOT, "    sv_open(me, %d);", units));
        open("while (sv_take(me, &part))");
        borders.forEach(border -> line(border.strip().replace(ALL_ROWS, "part, " + units)));
        return "part";
    }

    /** Fills a border by a call that lacks its last arguments: every thread fills what lies around its part. */
    void border(String call, Object... values) {
        line(call + ", " + ALL_ROWS + ");", values);
        borders.add(lines.getLast());
    }

    /** The kernel opens so many sections; what the step did so far is thread 0's. */
    void openSections(int count) {
        sections = count;
        include("team.h");
        if (!lines.isEmpty()) {
            lines.replaceAll(line -> "    " + line);
            lines.add(0, "    if (me->thread == 0) {");
            lines.add("    }");
        }
    }

    /** The end of what {@link #openParts} opened. */
    void closeParts() {
        if (sections > 0) {
            close();
        }
    }

    /** How often threads meet in this step; its function takes the thread if they do. */
    int sections() {
        return sections;
    }

    /** Scratch memory that every further thread needs. */
    long workerScratchBytes() {
        return workerScratchBytes;
    }

    /** Says what the kernel computes at once, for reports. */
    void tile(String text) {
        tile = text;
    }

    String tile() {
        return tile;
    }

    void include(String header) {
        headers.add(header);
    }

    void declare(String text) {
        declarations.append(text);
    }

    /** Without values the text is taken as it is, per cent signs included. */
    @SuppressWarnings("AnnotateFormatMethod") // So a text is not always a format.
    void line(String format, Object... values) {
        lines.add("    ".repeat(depth) + (values.length == 0 ? format : String.format(Locale.ROOT, format, values)));
    }

    void open(String format, Object... values) {
        line(format + " {", values);
        depth++;
    }

    void close() {
        depth--;
        line("}");
    }

    /** A pointer to element {@code element} of a buffer. */
    String pointer(int buffer, long element, boolean written) {
        Buffer b = buffer(buffer);
        String type = (written ? "" : "const ") + CTypes.of(b.dtype()) + " *";
        return at(b, type, element, b.dtype().bytes());
    }

    /** The same as bytes. */
    String bytes(int buffer, long element, int elementBytes, boolean written) {
        return at(buffer(buffer), written ? "unsigned char *" : "const unsigned char *", element, elementBytes);
    }

    private String at(Buffer b, String type, long element, int elementBytes) {
        if (b.place() == Buffer.Place.ARENA) {
            int offset = planned.offsets().get(b.id());
            if (offset < 0) {
                throw new IllegalStateException("buffer " + b.name() + " has no place in the arena");
            }
            return cast(type, "arena", offset + element * elementBytes);
        }
        String base = "io[" + b.ioIndex() + "]";
        return element == 0
                ? "(" + type + ")" + base
                : "(" + type + ")((unsigned char *)" + base + " + " + element * elementBytes + ")";
    }

    /** A pointer to scratch memory: thread 0's is in the arena, where threads share the work the others have their own. */
    String scratch(int buffer, String type) {
        String first = bytes(buffer, 0, 1, true);
        workerScratchBytes = sections > 0 ? buffer(buffer).bytes() : 0;
        return "(" + type + " *)" + (sections > 0 ? "sv_scratch(me, " + first + ", SV_SCRATCH)" : "(" + first + ")");
    }

    /** A pointer to what this step prepared when the program was loaded: the last entry of the io table. */
    String prepared(String type) {
        int entry =
                planned.program().inputs().size() + planned.program().outputs().size();
        return cast("const " + type + " *", "(const unsigned char *)io[" + entry + "]", preparedOffset());
    }

    int preparedOffset() {
        return prepared.offsets().get(number);
    }

    /** How this step's 8-bit convolution is computed. */
    QConvForm qconvForm(Kernel.QConv conv) {
        List<QConvForm> offered = QConvForm.offered(planned, target, conv);
        return chosen(QConvForm.offer(planned, conv, offered), offered);
    }

    /** What this step takes of the forms that its kernel has. */
    <T> T chosen(Kernel kernel, List<T> forms, Function<T, String> text) {
        return chosen(
                new Forms.Offer(
                        LayerText.of(planned.program(), kernel),
                        forms.stream().map(text).toList()),
                forms);
    }

    private <T> T chosen(Forms.Offer offer, List<T> from) {
        taken = new Forms.Taken(offer, forms.choose(number, offer));
        return from.get(taken.position());
    }

    /** The form that was taken. */
    Forms.Taken taken() {
        return taken;
    }

    /** What {@link DirectInput} says of this program. */
    Optional<Buffer> directInput(Kernel.DepthwiseConv conv) {
        return DirectInput.of(planned.program(), conv);
    }

    /** How a convolution leaves out weights of zero, if that pays. */
    Optional<SparseConvCode> sparse(Kernel conv) {
        return SparseConvCode.of(planned, target, conv);
    }

    /** Whether an 8-bit convolution by the direct kernel reads weights of 16 bits. */
    boolean widens(Kernel.QConv conv) {
        return PreparedWeights.widens(planned, target, conv);
    }

    /** Bytes of a weight. */
    int weightBytes(int weight) {
        return planned.program().weights().get(weight).byteCount();
    }

    /** A weight of binary32 numbers. */
    float[] weightFloats(int weight) {
        FloatBuffer values = planned.program().weights().get(weight).bytes().asFloatBuffer();
        float[] floats = new float[values.remaining()];
        values.get(floats);
        return floats;
    }

    /** A pointer to byte {@code offset} of a weight. */
    String weight(int weight, String type, long offset) {
        return cast("const " + type + " *", "weights", planned.weightOffsets().get(weight) + offset);
    }

    /** A pointer to the first element of a buffer or f32 weight. */
    String operand(Kernel.Strided operand, boolean written) {
        return operand.weight()
                ? weight(operand.buffer(), "float", operand.offset() * 4L)
                : pointer(operand.buffer(), operand.offset(), written);
    }

    private static String cast(String type, String base, long offset) {
        String sum = offset == 0 ? base : base + " + " + offset;
        if (type.endsWith("unsigned char *")) {
            return sum;
        }
        return "(" + type + ")" + (offset == 0 ? base : "(" + sum + ")");
    }

    /** Whether a strided operand and the output lie in the same memory. */
    boolean inPlace(Kernel.Strided input, int output) {
        return !input.weight()
                && buffer(input.buffer()).place() == Buffer.Place.ARENA
                && buffer(output).place() == Buffer.Place.ARENA
                && planned.offsets()
                        .get(input.buffer())
                        .equals(planned.offsets().get(output));
    }

    /** The whole text: declarations and {@code SV_STEP void step_N(...)}, or int. */
    String text() {
        StringBuilder text = new StringBuilder(declarations);
        text.append("SV_STEP ")
                .append(result)
                .append(" step_")
                .append(number)
                .append("(const unsigned char *weights, void *const *io, unsigned char *arena")
                .append(sections > 0 ? ", struct sv_member *me) {\n" : ") {\n");
        for (String parameter : List.of("weights", "io", "arena")) {
            String word = parameter.equals("io") ? "io[" : parameter;
            if (lines.stream().noneMatch(line -> line.contains(word))) {
                text.append("    (void)").append(parameter).append(";\n");
            }
        }
        lines.forEach(line -> text.append(line).append('\n'));
        return text.append("}\n").toString();
    }
}
