package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.emit.binary.ProgramBinary;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.jvm.kernel.Executable;
import io.selvedge.jvm.kernel.Memory;
import io.selvedge.jvm.kernel.Tiles;
import io.selvedge.jvm.kernel.Transfer;
import io.selvedge.jvm.kernel.Weights;
import io.selvedge.jvm.program.ProgramReader;
import io.selvedge.jvm.routine.RoutineCatalog;
import io.selvedge.jvm.vector.VectorTiles;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs programs by the JVM executor, through their binary form; the loops on vectors must give the same bits as the plain ones. */
final class JvmMachine {
    private JvmMachine() {}

    /** Output bytes for input bytes. */
    static List<byte[]> run(Program program, List<byte[]> inputs) {
        return run(MemoryPlanner.plan(program), inputs);
    }

    static List<byte[]> run(PlannedProgram planned, List<byte[]> inputs) {
        io.selvedge.jvm.program.Program read = ProgramReader.read(ByteBuffer.wrap(ProgramBinary.write(planned)));
        Executable executable =
                new Executable(read, new Weights(read, ByteBuffer.wrap(planned.packedWeights())), new RoutineCatalog());
        List<byte[]> plain = run(executable, inputs, List.of());
        List<byte[]> vectors = run(executable, inputs, List.of(new VectorTiles()));
        for (int i = 0; i < plain.size(); i++) {
            assertThat(vectors.get(i))
                    .as("output %d of the loops on vectors", i)
                    .isEqualTo(plain.get(i));
        }
        return plain;
    }

    /** Fails when results differ from native code's: f32 and wider by more than roundings, others by a bit. */
    static void agrees(PlannedProgram planned, Graph graph, Map<String, Tensor> inputs, Map<String, Tensor> results) {
        List<byte[]> given =
                graph.inputs().stream().map(name -> bytes(inputs.get(name))).toList();
        List<byte[]> got = run(planned, given);
        for (int i = 0; i < got.size(); i++) {
            String name = graph.outputs().get(i);
            Tensor want = results.get(name);
            Tensor mine = Tensor.of(graph.type(name), got.get(i));
            double scale = 1;
            for (int k = 0; k < want.elements(); k++) {
                scale = Double.isFinite(want.getDouble(k)) ? Math.max(scale, Math.abs(want.getDouble(k))) : scale;
            }
            double tolerance = scale
                    * switch (graph.type(name).dtype()) {
                        case FLOAT32, FLOAT64 -> 1e-4;
                        case FLOAT16 -> 2e-3;
                        case BFLOAT16 -> 1e-2;
                        case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 0.25;
                        default -> 0;
                    };
            for (int k = 0; k < want.elements(); k++) {
                double a = mine.getDouble(k);
                double b = want.getDouble(k);
                assertThat(Math.abs(a - b) <= tolerance || Double.compare(a, b) == 0 || a == b)
                        .as("%s, element %d: %s on the JVM, %s natively", name, k, a, b)
                        .isTrue();
            }
        }
    }

    private static byte[] bytes(Tensor tensor) {
        ByteBuffer bytes = tensor.bytes();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    private static List<byte[]> run(Executable executable, List<byte[]> inputs, List<Tiles> tiles) {
        io.selvedge.jvm.program.Program program = executable.program();
        Memory memory = new Memory(program);
        tiles.forEach(memory::use);
        for (int i = 0; i < inputs.size(); i++) {
            Transfer.load(
                    ByteBuffer.wrap(inputs.get(i)),
                    memory.array(program.inputs().get(i)));
        }
        for (int repeat = 0; repeat < 2; repeat++) {
            int status = executable.run(memory);
            if (status != 0) {
                throw new AssertionError("status " + status);
            }
        }
        List<byte[]> outputs = new ArrayList<>();
        for (int id : program.outputs()) {
            byte[] bytes = new byte
                    [program.buffer(id).size() * program.buffer(id).element().width()];
            Transfer.store(memory.array(id), ByteBuffer.wrap(bytes));
            outputs.add(bytes);
        }
        return outputs;
    }
}
