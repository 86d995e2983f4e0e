package io.selvedge.compiler;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.emit.c.EmittedSource;
import io.selvedge.compiler.emit.c.Forms;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.lower.FuseQuantized;
import io.selvedge.compiler.lower.Lowering;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.memory.SharedWeights;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.CompileRequest;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The pipeline: graph, simplified graph, fused graph, program, planned program, libraries. */
public final class Compiler {
    private final Toolchain toolchain;

    public Compiler(Toolchain toolchain) {
        this.toolchain = toolchain;
    }

    /**
     * Everything that a compilation made.
     *
     * @param simplified plain ONNX operators, exportable
     * @param fused what was lowered
     * @param libraries shared library by target name, in the order asked for
     * @param tiles what the kernel of each step computes at once, by target name
     * @param forms what the kernel of each step took of what it offers, by target name
     * @param preparedBytes memory that any of the libraries needs for what it computes from the weights when it is loaded
     */
    public record Compilation(
            Graph simplified,
            Graph fused,
            PlannedProgram planned,
            Map<String, byte[]> libraries,
            Map<String, List<String>> tiles,
            Map<String, List<Forms.Taken>> forms,
            int preparedBytes) {
        /** Size of a target's library in bytes. */
        public int codeBytes(String target) {
            return java.util.Objects.requireNonNull(libraries.get(target), target).length;
        }
    }

    /** Constants folded, batch norms fused, transposes and dead nodes gone; still plain ONNX. */
    public static Graph simplify(Graph imported) {
        return Pipelines.simplify(imported);
    }

    /** 8-bit patterns, then f32 epilogues and element-wise chains fused; what lowering reads. */
    public static Graph fuse(Graph simplified) {
        return Pipelines.fuse(FuseQuantized.run(simplified));
    }

    public static Program lower(Graph fused) {
        return Lowering.lower(fused);
    }

    public static PlannedProgram plan(Program program) {
        return MemoryPlanner.plan(program);
    }

    /** Compiles a simplified graph for every target.
     *  @throws SelvedgeException UNSUPPORTED_OP, TOOLCHAIN_FAILED, ... each with a way out */
    public Compilation compile(Graph simplified, List<Target> targets) {
        return compile(List.of(simplified), targets).getFirst();
    }

    /** Compiles forms of one model with other extents; their programs share one weights.bin, whose length the last one has. */
    public List<Compilation> compile(List<Graph> simplified, List<Target> targets) {
        return compile(simplified, targets, Compiler::plan, _ -> Forms.COST_MODEL);
    }

    /** The same with memory laid out by {@code planner}, kernels for each target in the forms that {@code forms} take. */
    public List<Compilation> compile(
            List<Graph> simplified,
            List<Target> targets,
            Function<Program, PlannedProgram> planner,
            Function<Target, Forms> forms) {
        SharedWeights weights = new SharedWeights();
        List<Compilation> compilations = new ArrayList<>();
        for (Graph graph : simplified) {
            Graph fused = fuse(graph);
            PlannedProgram planned = weights.add(planner.apply(lower(fused)));
            Map<String, byte[]> libraries = new LinkedHashMap<>();
            Map<String, List<String>> tiles = new LinkedHashMap<>();
            Map<String, List<Forms.Taken>> allTaken = new LinkedHashMap<>();
            int preparedBytes = 0;
            for (Target target : targets) {
                Forms taken = forms.apply(target);
                EmittedSource source = CEmitter.emit(planned, target, taken);
                preparedBytes = Math.max(preparedBytes, CEmitter.preparedBytes(planned, target, taken));
                libraries.put(target.name(), library(source, target));
                tiles.put(target.name(), source.tiles());
                allTaken.put(target.name(), source.forms());
            }
            compilations.add(new Compilation(graph, fused, planned, libraries, tiles, allTaken, preparedBytes));
        }
        return compilations;
    }

    /** A library of emitted sources.
     *  @throws SelvedgeException TOOLCHAIN_FAILED, IO_ERROR */
    public byte[] library(EmittedSource source, Target target) {
        try (WorkFolder work = WorkFolder.create("c")) {
            Path folder = work.path();
            for (Map.Entry<String, String> file : source.files().entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
            Path library = folder.resolve(target.library());
            try {
                toolchain.compileShared(CompileRequest.of(
                        target,
                        folder,
                        source.sources().stream().map(folder::resolve).toList(),
                        library));
            } catch (SelvedgeException e) {
                if (e.code() == ErrorCode.TOOLCHAIN_FAILED) {
                    work.keep();
                }
                throw e;
            }
            return Files.readAllBytes(library);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "generated C could not be written below " + System.getProperty("java.io.tmpdir") + " ("
                            + IoReason.of(e) + "); free some space or set -Djava.io.tmpdir",
                    e);
        }
    }
}
