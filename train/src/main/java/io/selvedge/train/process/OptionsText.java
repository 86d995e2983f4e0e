package io.selvedge.train.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compress.data.Augmentation;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainOptions.Descent;
import io.selvedge.train.TrainOptions.Distillation;
import io.selvedge.train.TrainOptions.Optimizer;
import io.selvedge.train.TrainOptions.Schedule;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Options as JSON and back; every double survives. */
public final class OptionsText {
    private OptionsText() {}

    /** What reports and histories of files hold, too. */
    public static ObjectNode write(TrainOptions options) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Schedule schedule = options.schedule();
        json.put("epochs", schedule.epochs()).put("batch", schedule.batch());
        schedule.learningRate().ifPresent(rate -> json.put("learningRate", rate));
        json.put("warmUp", schedule.warmUp()).put("patience", schedule.patience());
        schedule.stepsPerEpoch().ifPresent(steps -> json.put("stepsPerEpoch", steps));
        Descent descent = options.descent();
        json.put("optimizer", descent.optimizer().name())
                .put("momentum", descent.momentum())
                .put("weightDecay", descent.weightDecay())
                .put("maxGradientNorm", descent.maxGradientNorm());
        Augmentation augmentation = options.augmentation();
        json.put("flip", augmentation.flip())
                .put("shift", augmentation.shift())
                .put("noise", augmentation.noise())
                .put("gain", augmentation.gain())
                .put("mix", augmentation.mix());
        Distillation distillation = options.distillation();
        json.put("temperature", distillation.temperature())
                .put("task", distillation.task())
                .put("feature", distillation.feature())
                .put("attention", distillation.attention());
        return json.put("validation", options.validation())
                .put("restoreBatchNorm", options.restoreBatchNorm())
                .put("useLabels", options.useLabels())
                .put("seed", options.seed())
                .put("threads", options.threads())
                .put("mixedPrecision", options.mixedPrecision());
    }

    static TrainOptions read(JsonNode json) {
        return new TrainOptions(
                new Schedule(
                        json.get("epochs").asInt(),
                        json.get("batch").asInt(),
                        json.has("learningRate")
                                ? OptionalDouble.of(json.get("learningRate").asDouble())
                                : OptionalDouble.empty(),
                        json.get("warmUp").asDouble(),
                        json.get("patience").asInt(),
                        json.has("stepsPerEpoch")
                                ? OptionalInt.of(json.get("stepsPerEpoch").asInt())
                                : OptionalInt.empty()),
                new Descent(
                        Optimizer.valueOf(json.get("optimizer").asText()),
                        json.get("momentum").asDouble(),
                        json.get("weightDecay").asDouble(),
                        json.get("maxGradientNorm").asDouble()),
                new Augmentation(
                        json.get("flip").asBoolean(),
                        json.get("shift").asInt(),
                        json.get("noise").asDouble(),
                        json.get("gain").asDouble(),
                        json.get("mix").asDouble()),
                new Distillation(
                        json.get("temperature").asDouble(),
                        json.get("task").asDouble(),
                        json.get("feature").asDouble(),
                        json.get("attention").asDouble()),
                json.get("validation").asDouble(),
                json.get("restoreBatchNorm").asBoolean(),
                json.get("useLabels").asBoolean(),
                json.get("seed").asLong(),
                json.get("threads").asInt(),
                json.get("mixedPrecision").asBoolean());
    }
}
