package io.selvedge.train.fit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.train.TensorFile;
import io.selvedge.train.TrainResult.Epoch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where training was: enough to go on as if it had never stopped. Random numbers come from seed, epoch and sample alone, so they
 * have no state.
 *
 * @param identity of model, options and data; another training's checkpoint is not read
 * @param step done, of all epochs
 * @param lossSum of this epoch's steps so far
 * @param best state of the best epoch so far
 * @param state of the student
 * @param descent of the optimiser
 */
record Checkpoint(
        String identity,
        double rate,
        long step,
        double lossSum,
        int bestEpoch,
        double bestLoss,
        List<Epoch> history,
        Map<String, Tensor> best,
        Map<String, Tensor> state,
        Map<String, Tensor> descent) {
    private static final String FILE = "checkpoint.tensors";

    static Path in(Path folder) {
        return folder.resolve(FILE);
    }

    void write(Path folder) {
        ObjectNode note = JsonNodeFactory.instance.objectNode();
        note.put("identity", identity);
        // Bits, so that infinities and the last digit survive.
        note.put("rate", Double.doubleToRawLongBits(rate));
        note.put("step", step);
        note.put("lossSum", Double.doubleToRawLongBits(lossSum));
        note.put("bestEpoch", bestEpoch);
        note.put("bestLoss", Double.doubleToRawLongBits(bestLoss));
        ArrayNode epochs = note.putArray("history");
        for (Epoch epoch : history) {
            epochs.addObject()
                    .put("number", epoch.number())
                    .put("loss", Double.doubleToRawLongBits(epoch.loss()))
                    .put("validationLoss", Double.doubleToRawLongBits(epoch.validationLoss()))
                    .put("validationAccuracy", Double.doubleToRawLongBits(epoch.validationAccuracy()));
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        best.forEach((name, tensor) -> tensors.put("best/" + name, tensor));
        state.forEach((name, tensor) -> tensors.put("state/" + name, tensor));
        descent.forEach((name, tensor) -> tensors.put("descent/" + name, tensor));
        new TensorFile(note, tensors).write(in(folder));
    }

    /** The checkpoint of a folder, if it is whole and of the same training. */
    static Optional<Checkpoint> read(Path folder, String identity) {
        return TensorFile.read(in(folder))
                .filter(file -> file.note().path("identity").asText().equals(identity))
                .map(Checkpoint::parse);
    }

    private static Checkpoint parse(TensorFile file) {
        JsonNode note = file.note();
        List<Epoch> history = new ArrayList<>();
        for (JsonNode epoch : note.get("history")) {
            history.add(new Epoch(
                    epoch.get("number").asInt(),
                    number(epoch, "loss"),
                    number(epoch, "validationLoss"),
                    number(epoch, "validationAccuracy")));
        }
        return new Checkpoint(
                note.get("identity").asText(),
                number(note, "rate"),
                note.get("step").asLong(),
                number(note, "lossSum"),
                note.get("bestEpoch").asInt(),
                number(note, "bestLoss"),
                history,
                part(file, "best/"),
                part(file, "state/"),
                part(file, "descent/"));
    }

    private static double number(JsonNode node, String name) {
        return Double.longBitsToDouble(node.get(name).asLong());
    }

    private static Map<String, Tensor> part(TensorFile file, String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        file.tensors().forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
            }
        });
        return part;
    }
}
