package io.selvedge.compress.deploy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.deploy.Candidate.Dtype;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Another form of the model that is a candidate as it is: pruned, distilled, trained or quantised, by Selvedge or by another tool.
 *
 * @param name unique among candidates
 * @param model an ONNX file with the inputs and outputs of the deployed one
 * @param how it was made, for the report; may be empty
 */
public record Variant(String name, Path model, String how) {
    /** The form for every binding of the deployed model. @throws SelvedgeException SHAPE_MISMATCH when it is not one of that model */
    Bindings read(DeployRequest request, Optional<EvaluationData> data, Graph original) {
        Bindings bindings = Bindings.read(model, request.bindings(), data);
        requireSame(
                "inputs",
                values(original, original.inputs()),
                values(bindings.first(), bindings.first().inputs()));
        requireSame(
                "outputs",
                values(original, original.outputs()),
                values(bindings.first(), bindings.first().outputs()));
        return bindings;
    }

    static Dtype dtype(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.op().type().equals("DequantizeLinear"))
                ? Dtype.INT8
                : Dtype.FP32;
    }

    private void requireSame(String what, List<String> wanted, List<String> found) {
        if (!wanted.equals(found)) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "'" + model + "' cannot stand in for the model: its " + what + " are " + found
                            + ", and the model's " + wanted);
        }
    }

    private static List<String> values(Graph graph, List<String> names) {
        List<String> values = new ArrayList<>();
        for (String name : names) {
            TensorType type = graph.type(name);
            values.add(name + " " + type);
        }
        return values;
    }
}
