package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One operator as a file of the newest opset has it: read through the catalogue, on inputs that are given or constant. */
final class OpCase {
    private final String domain;
    private final String type;
    private final Map<String, Object> attributes;
    private int opset = OpCatalog.NEWEST_OPSET;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Boolean> constant = new ArrayList<>();

    private OpCase(String domain, String type, Map<String, Object> attributes) {
        this.domain = domain;
        this.type = type;
        this.attributes = attributes;
    }

    static OpCase of(String type, Object... namesAndValues) {
        return new OpCase("", type, Attributes.map(namesAndValues));
    }

    /** An operator of ai.onnx.ml. */
    static OpCase ofMl(String type, Object... namesAndValues) {
        return new OpCase(OpCatalog.ML, type, Attributes.map(namesAndValues)).opset(5);
    }

    /** An operator of ai.onnx.preview.training. */
    static OpCase ofTraining(String type, Object... namesAndValues) {
        return new OpCase(OpCatalog.TRAINING, type, Attributes.map(namesAndValues)).opset(1);
    }

    OpCase opset(int version) {
        opset = version;
        return this;
    }

    OpCase input(Tensor value) {
        inputs.add(value);
        constant.add(false);
        return this;
    }

    OpCase constant(Tensor value) {
        inputs.add(value);
        constant.add(true);
        return this;
    }

    OpCase input(float... values) {
        return input(Tensor.floats(values, values.length));
    }

    OpCase constant(long... values) {
        return constant(Tensor.longs(values, values.length));
    }

    /** The graph as the importer would build it. */
    Graph graph(int outputs) {
        GraphBuilder builder = new GraphBuilder("case");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            TensorType given = inputs.get(i).type();
            names.add(constant.get(i) ? builder.namedConstant("c" + i, inputs.get(i)) : builder.input("x" + i, given));
        }
        OpCall call = new OpCall("op", type, opset, new Attributes(attributes), names, outputs, builder);
        Op op = OpCatalog.ALL.find(domain, type).orElseThrow().factory().apply(call);
        List<String> results =
                IntStream.range(0, outputs).mapToObj(i -> "y" + i).toList();
        builder.add(new Node("op", op, call.inputs(), results));
        results.forEach(builder::output);
        return builder.build();
    }

    Tensor run() {
        return run(1).getFirst();
    }

    List<Tensor> run(int outputs) {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (!constant.get(i)) {
                feeds.put("x" + i, inputs.get(i));
            }
        }
        return List.copyOf(ReferenceEvaluator.run(graph(outputs), feeds).values());
    }
}
