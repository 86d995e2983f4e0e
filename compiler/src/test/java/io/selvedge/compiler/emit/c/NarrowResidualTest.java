package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.toolchain.HostCpu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A residual of few channels that no convolution made lies without gaps, and convolutions add whole vectors. */
final class NarrowResidualTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void convolution_adds_the_models_input(boolean eightBit) throws IOException {
        NetText text = new NetText(eightBit, 1);
        String x = text.start("x", 3, 6, 7);
        String sum = text.add(text.conv(x, 3, 3, 3, 1, 1, 1, false), x);
        Program program =
                Compiler.lower(Compiler.fuse(Compiler.simplify(GraphText.parse(text.end(sum), OpCatalog.ALL))));
        List<byte[]> inputs = Comparison.inputs(new Assembly(1), program);
        byte[] expected = JvmMachine.run(program, inputs).getFirst();
        byte[] actual = NativeMachine.run(program, inputs, HostCpu.detect().best(), folder)
                .getFirst();
        // 27 products near 1, as ConvolutionTest allows for many more.
        Comparison.compare(program, 0, "native", expected, actual, 2e-5);
    }
}
