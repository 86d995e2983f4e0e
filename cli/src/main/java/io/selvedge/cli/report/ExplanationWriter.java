package io.selvedge.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compress.explain.Explanation;
import io.selvedge.compress.explain.Finding;
import io.selvedge.compress.explain.LayerReport;
import io.selvedge.compress.explain.Repair;
import java.util.Optional;

/** An explanation as JSON; what is exact or does not apply is absent. */
public final class ExplanationWriter {
    /** Value of the field {@code schema}. */
    public static final String SCHEMA = "selvedge-explanation/1";

    private ExplanationWriter() {}

    /** The text, with what was repaired, if anything. */
    public static String text(Explanation explanation, Optional<Repair.Result> repair) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("schema", SCHEMA);
        explanation(root, explanation);
        repair.ifPresent(result -> {
            ObjectNode fixed = root.putObject("fixed");
            result.steps().forEach(fixed.putArray("steps")::add);
            explanation(fixed, result.explanation());
        });
        return root.toPrettyString() + "\n";
    }

    private static void explanation(ObjectNode node, Explanation explanation) {
        node.put("samples", explanation.samples());
        explanation.outputDb().ifPresent(db -> node.put("outputDb", db));
        explanation
                .findings()
                .forEach(finding -> finding(node.withArray("findings").addObject(), finding));
        for (LayerReport layer : explanation.layers()) {
            ObjectNode tree = node.withArray("layers").addObject();
            tree.put("name", layer.name()).put("op", layer.op());
            layer.snrDb().ifPresent(db -> tree.put("snrDb", db));
            tree.put("ownDb", layer.ownDb())
                    .put("inputDb", layer.inputDb())
                    .put("weightsDb", layer.weightsDb())
                    .put("biasDb", layer.biasDb());
            layer.finding()
                    .ifPresent(finding -> tree.put("cause", finding.cause().key()));
        }
        explanation.unmatched().forEach(node.putArray("unmatched")::add);
    }

    private static void finding(ObjectNode tree, Finding finding) {
        tree.put("layer", finding.layer());
        if (!finding.value().isEmpty()) {
            tree.put("value", finding.value());
        }
        tree.put("cause", finding.cause().key())
                .put("detail", finding.detail())
                .put("noiseDb", finding.noiseDb())
                .put("fix", finding.cause().advice())
                .put("costBytes", finding.costBytes());
    }
}
