package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a planned program as freestanding C: one function per step over the hand-written kernels in {@code src/main/c}. */
public final class CEmitter {
    private static final List<String> HEADERS = List.of(
            "isa_common.h", "conv.h", "requantize.h", "qconv.h", "depthwise.h", "pool.h", "math.h", "map.h", "reduce.h", "entry.h");
    private static final String FOLDER = "/io/selvedge/compiler/c/";

    private final PlannedProgram planned;
    private final Target target;
    private final Memory memory;

    private CEmitter(PlannedProgram planned, Target target) {
        this.planned = planned;
        this.target = target;
        this.memory = new Memory(planned);
    }

    /** Sources by file name; {@code model.c} is the one to compile, the headers lie beside it. */
    public record EmittedSource(Map<String, String> files) {}

    public static EmittedSource emit(PlannedProgram planned, Target target) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("model.c", new CEmitter(planned, target).model());
        files.put(target.header(), resource(target.header()));
        HEADERS.forEach(header -> files.put(header, resource(header)));
        return new EmittedSource(files);
    }

    private static String resource(String name) {
        try (InputStream in = CEmitter.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("kernel header " + name + " is missing from the compiler's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String model() {
        Program program = planned.program();
        StringBuilder out = new StringBuilder();
        out.append("/* ").append(comment(program.name())).append(", compiled by Selvedge for ").append(target.name());
        out.append(": arena ").append(planned.arenaBytes()).append(" bytes, weights ").append(planned.weightBytes());
        out.append(" bytes. */\n#include \"").append(target.header()).append("\"\n");
        HEADERS.subList(1, HEADERS.size()).forEach(header -> out.append("#include \"").append(header).append("\"\n"));
        out.append("\ntypedef const sv_byte *sv_weights;\ntypedef void *const *sv_io;\n");
        for (int i = 0; i < program.steps().size(); i++) {
            out.append(step(i, program.steps().get(i)));
        }
        out.append(driver(program.steps().size()));
        return out.toString();
    }

    private String step(int index, Program.Step step) {
        String prefix = "step_" + index;
        StepText text = body(prefix, step.kernel());
        return "\n/* " + comment(step.name()) + " */\n" + text.functions()
                + "static void " + prefix + "(sv_weights weights, sv_io io, sv_byte *arena) {\n"
                + "  (void)weights, (void)io, (void)arena;\n"
                + memory.prepare(index, step.kernel())
                + text.body() + "}\n";
    }

    /** What a kernel becomes: functions before the step's own, and the step's body. */
    record StepText(String functions, String body) {}

    private StepText body(String prefix, Kernel kernel) {
        ConvEmitter convolutions = new ConvEmitter(planned.program(), memory, target);
        StridedEmitter strided = new StridedEmitter(memory, target);
        return switch (kernel) {
            case Kernel.Conv k -> convolutions.conv(prefix, k);
            case Kernel.DepthwiseConv k -> convolutions.depthwise(prefix, k);
            case Kernel.QConv k -> convolutions.qconv(k);
            case Kernel.QDepthwiseConv k -> convolutions.qdepthwise(k);
            case Kernel.Pool k -> convolutions.pool(k);
            case Kernel.Map k -> strided.map(prefix, k);
            case Kernel.Copy k -> strided.copy(k);
            case Kernel.Lut k -> strided.lut(k);
            case Kernel.Softmax k -> strided.softmax(k);
            case Kernel.MatMul k -> strided.matMul(k);
            case Kernel.Reduce k -> strided.reduce(k);
        };
    }

    private static String driver(int steps) {
        StringBuilder out = new StringBuilder("\n/* All steps in order, on one thread: the others have nothing to do. */\n");
        out.append("int selvedge_run(sv_weights weights, sv_io io, sv_byte *arena, int thread, int threads) {\n");
        out.append("  (void)threads;\n  if (thread != 0) return 0;\n");
        for (int i = 0; i < steps; i++) {
            out.append("  step_").append(i).append("(weights, io, arena);\n");
        }
        out.append("  return 0;\n}\n\nvoid selvedge_step(sv_weights weights, sv_io io, sv_byte *arena, int step) {\n");
        out.append("  (void)weights, (void)io, (void)arena;\n  switch (step) {\n");
        for (int i = 0; i < steps; i++) {
            out.append("    case ").append(i).append(": step_").append(i).append("(weights, io, arena); break;\n");
        }
        return out.append("    default: break;\n  }\n}\n").toString();
    }

    private static String comment(String text) {
        return text.replace("*/", "* /").replaceAll("[^\\x20-\\x7e]", "?").replace("\\", "/").replace("/*", "/ *");
    }
}
