package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.compiler.emit.binary.ProgramBinary;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.Gelu;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.jvm.program.ProgramReader;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that claim to be the program of a bundle. */
class ProgramFuzzTest {
    static Stream<byte[]> seeds() {
        GraphBuilder graph = new GraphBuilder("seed");
        graph.input("x", new TensorType(DType.FLOAT32, Shape.of(2, 3)));
        graph.output(graph.add("gelu", new Gelu(true), "x"));
        return Stream.of(ProgramBinary.write(MemoryPlanner.plan(new ProgramBuilder(graph.build()).build())));
    }

    @MethodSource("seeds")
    @FuzzTest
    void program(byte[] bytes) {
        Bounds.check(() -> ProgramReader.read(ByteBuffer.wrap(bytes)));
    }
}
