package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.List;

/** The functions that call the steps: the whole run for every thread of a team, and a single step. */
final class RunCode {
    private static final String ARGUMENTS = "(weights, io, arena";
    private static final int ALIGNMENT = 64;

    private final Program program;
    private final List<Boolean> shared = new ArrayList<>();
    private int sections;
    private long scratchBytes;

    RunCode(Program program) {
        this.program = program;
    }

    /** The next step, in which threads meet so many times and need so much memory each. */
    void add(int stepSections, long workerScratchBytes) {
        shared.add(stepSections > 0);
        sections += stepSections;
        scratchBytes = Math.max(scratchBytes, (workerScratchBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }

    /** The size of the scratch memory that every worker needs. */
    String scratch() {
        return sections == 0 ? "" : "#define SV_SCRATCH " + scratchBytes + " /* bytes of a worker */\n";
    }

    /** All functions. */
    String text() {
        return run() + "\n" + team() + "\n" + oneStep();
    }

    private String run() {
        StringBuilder text = new StringBuilder(
                "int selvedge_run(const unsigned char *weights, void *const *io, unsigned char *arena,"
                        + " int thread, int threads) {\n");
        if (sections == 0) {
            text.append("    (void)threads;\n    if (thread != 0) return 0;\n").append(unusedWithoutSteps());
            for (int i = 0; i < shared.size(); i++) {
                text.append("    ").append(call(i, "return " + (i + 1))).append('\n');
            }
            return text.append("    return 0;\n}\n").toString();
        }
        int entry = program.inputs().size() + program.outputs().size() + 1;
        text.append("    struct sv_member member, *const me = &member;\n")
                .append("    if (!sv_join(me, threads > 1 ? io[" + entry + "] : 0, thread, threads)) return 0;\n");
        for (int i = 0; i < shared.size(); i++) {
            boolean alone = !shared.get(i);
            if (alone && (i == 0 || shared.get(i - 1))) {
                text.append("    if (thread == 0) {\n");
            }
            text.append(alone ? "        " : "    ")
                    .append(call(i, leave(i + 1)))
                    .append('\n');
            if (alone && (i + 1 == shared.size() || shared.get(i + 1))) {
                text.append("    }\n");
            }
        }
        return text.append("    " + leave(0) + ";\n}\n").toString();
    }

    private String leave(int status) {
        return "return sv_leave(me, " + sections + ", " + status + ")";
    }

    private String call(int step, String onFailure) {
        String call = "step_" + step + ARGUMENTS + (shared.get(step) ? ", me)" : ")");
        boolean mayFail = program.steps().get(step).kernel() instanceof Kernel.Routine;
        return (mayFail ? "if (" + call + ") " + onFailure : call) + ";";
    }

    private String team() {
        String bytes = sections == 0 ? "(void)threads, 0" : "sv_team_bytes(threads, SV_SCRATCH)";
        return "long selvedge_team(int threads) {\n    return " + bytes + ";\n}\n";
    }

    private String oneStep() {
        StringBuilder text = new StringBuilder("void selvedge_step(const unsigned char *weights, void *const *io, "
                + "unsigned char *arena, int step) {\n");
        text.append(unusedWithoutSteps());
        if (sections > 0) {
            text.append("    struct sv_member alone = {.threads = 1}, *const me = &alone;\n");
        }
        text.append("    switch (step) {\n");
        for (int i = 0; i < shared.size(); i++) {
            text.append(
                    "        case " + i + ": step_" + i + ARGUMENTS + (shared.get(i) ? ", me" : "") + "); break;\n");
        }
        return text.append("        default: break;\n    }\n}\n").toString();
    }

    /** A model whose outputs have no elements computes nothing. */
    private String unusedWithoutSteps() {
        return shared.isEmpty() ? "    (void)weights;\n    (void)io;\n    (void)arena;\n" : "";
    }
}
