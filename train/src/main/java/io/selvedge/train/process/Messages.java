package io.selvedge.train.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.train.TrainListener.Progress;
import io.selvedge.train.TrainResult;
import io.selvedge.train.TrainResult.Epoch;
import io.selvedge.train.TrainResult.Evaluated;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the process that trains tells, a line of JSON each. */
final class Messages {
    private Messages() {}

    static ObjectNode progress(Progress progress) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("kind", "progress");
        json.put("phase", progress.phase())
                .put("step", progress.step())
                .put("steps", progress.steps())
                .put("secondsLeft", progress.secondsLeft());
        number(json, "loss", progress.loss());
        return json;
    }

    static Progress progress(JsonNode json) {
        return new Progress(
                json.get("phase").asText(),
                json.get("step").asLong(),
                json.get("steps").asLong(),
                number(json, "loss"),
                json.get("secondsLeft").asDouble());
    }

    static ObjectNode error(SelvedgeException e) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", "error")
                .put("code", e.code().name())
                .put("message", e.getMessage());
    }

    static SelvedgeException error(JsonNode json) {
        return new SelvedgeException(
                ErrorCode.valueOf(json.get("code").asText()),
                json.get("message").asText());
    }

    static ObjectNode result(TrainResult result) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("kind", "result");
        json.put("learningRate", result.learningRate())
                .put("bestEpoch", result.bestEpoch())
                .put("digest", result.digest())
                .put("dataDigest", result.dataDigest());
        result.evaluation().ifPresent(figures -> {
            ObjectNode each =
                    json.putObject("evaluation").put("metric", figures.metric()).put("samples", figures.samples());
            number(each, "before", figures.before());
            number(each, "after", figures.after());
        });
        ArrayNode epochs = json.putArray("history");
        for (Epoch epoch : result.history()) {
            ObjectNode each = epochs.addObject().put("number", epoch.number());
            number(each, "loss", epoch.loss());
            number(each, "validationLoss", epoch.validationLoss());
            number(each, "validationAccuracy", epoch.validationAccuracy());
        }
        return json;
    }

    static Optional<Evaluated> evaluation(JsonNode json) {
        return Optional.ofNullable(json.get("evaluation"))
                .map(each -> new Evaluated(
                        each.get("metric").asText(),
                        each.get("samples").asInt(),
                        number(each, "before"),
                        number(each, "after")));
    }

    static List<Epoch> history(JsonNode json) {
        List<Epoch> epochs = new ArrayList<>();
        for (JsonNode each : json.get("history")) {
            epochs.add(new Epoch(
                    each.get("number").asInt(),
                    number(each, "loss"),
                    number(each, "validationLoss"),
                    number(each, "validationAccuracy")));
        }
        return epochs;
    }

    /** JSON has no NaN: such a number is left out. */
    private static void number(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        }
    }

    private static double number(JsonNode json, String name) {
        return json.has(name) ? json.get(name).asDouble() : Double.NaN;
    }
}
