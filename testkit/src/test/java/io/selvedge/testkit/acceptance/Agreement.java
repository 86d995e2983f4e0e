package io.selvedge.testkit.acceptance;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import io.selvedge.testkit.OnnxRuntimeOracle;
import java.nio.file.Path;
import java.util.Map;

/**
 * Top-1 of compiled code and of ONNX Runtime over the same samples.
 *
 * @param agreed samples whose winning class of ours is among ONNX Runtime's winners: 8-bit scores tie
 * @param ours samples that we classify as they are labelled
 * @param theirs samples that ONNX Runtime classifies as they are labelled
 */
record Agreement(int samples, int agreed, int ours, int theirs) {
    static Agreement of(NativeModel compiled, Path peer, Dataset data) {
        Graph graph = compiled.graph();
        int agreed = 0;
        int ours = 0;
        int theirs = 0;
        try (OnnxRuntimeOracle oracle = OnnxRuntimeOracle.open(peer)) {
            for (int i = 0; i < data.size(); i++) {
                Sample sample = data.get(i);
                Map<String, Tensor> inputs = Samples.tensors(graph, sample);
                Tensor got = only(compiled.run(inputs));
                Tensor want = only(oracle.run(inputs));
                agreed += agree(got, want) ? 1 : 0;
                ours += winner(got) == sample.label().orElseThrow() ? 1 : 0;
                theirs += winner(want) == sample.label().orElseThrow() ? 1 : 0;
            }
        }
        return new Agreement(data.size(), agreed, ours, theirs);
    }

    /** Whether our winner is among theirs. */
    static boolean agree(Tensor ours, Tensor theirs) {
        return theirs.getDouble(winner(ours)) == theirs.getDouble(winner(theirs));
    }

    /** Samples that compiled code classifies as they are labelled. */
    static int correct(NativeModel compiled, Dataset data) {
        int correct = 0;
        for (int i = 0; i < data.size(); i++) {
            Sample sample = data.get(i);
            Tensor scores = only(compiled.run(Samples.tensors(compiled.graph(), sample)));
            correct += winner(scores) == sample.label().orElseThrow() ? 1 : 0;
        }
        return correct;
    }

    double percent() {
        return 100.0 * agreed / samples;
    }

    private static Tensor only(Map<String, Tensor> outputs) {
        return outputs.values().iterator().next();
    }

    /** The first of the highest scores. */
    private static int winner(Tensor scores) {
        int winner = 0;
        for (int i = 1; i < scores.elements(); i++) {
            if (scores.getDouble(i) > scores.getDouble(winner)) {
                winner = i;
            }
        }
        return winner;
    }
}
