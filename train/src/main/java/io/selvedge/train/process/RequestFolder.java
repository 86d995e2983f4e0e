package io.selvedge.train.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.train.TensorFile;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.Treatment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request as files, on its way to the process that trains, and the trained model on its way back. */
record RequestFolder(Path folder) {
    private Path student() {
        return folder.resolve("student.onnx");
    }

    private Path teacher() {
        return folder.resolve("teacher.onnx");
    }

    private Path request() {
        return folder.resolve("request.tensors");
    }

    Path trained() {
        return folder.resolve("trained.onnx");
    }

    Path learned() {
        return folder.resolve("learned.tensors");
    }

    Path gradients() {
        return folder.resolve("gradients.tensors");
    }

    /** What libtorch and the virtual machine print. */
    Path log() {
        return folder.resolve("training.log");
    }

    void write(TrainRequest request, Path data) throws IOException {
        Files.createDirectories(folder);
        OnnxExporter.write(request.student(), student());
        Files.deleteIfExists(teacher());
        request.teacher().ifPresent(graph -> OnnxExporter.write(graph, teacher()));
        ObjectNode note = OptionsText.write(request.options());
        note.put("data", data.toAbsolutePath().toString()).put("evaluated", request.evaluated());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ArrayNode treatments = note.putArray("treatments");
        for (Treatment treatment : request.treatments()) {
            ObjectNode each = treatments.addObject().put("value", treatment.value());
            switch (treatment) {
                case Treatment.Mask mask -> tensors.put("mask/" + mask.value(), mask.mask());
                case Treatment.FakeQuantization fake -> {
                    each.put("scheme", fake.scheme().name())
                            .put("bits", fake.bits())
                            .put("signed", fake.signed())
                            .put("axis", fake.axis())
                            .put("zeroPoint", fake.zeroPoint())
                            .put("learned", fake.learned());
                    tensors.put("scale/" + fake.value(), fake.scale());
                }
            }
        }
        new TensorFile(note, tensors).write(request());
    }

    private TensorFile file() {
        return TensorFile.read(request())
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.IO_ERROR, "there is no request in " + folder + "; start training again"));
    }

    Path data() {
        return Path.of(file().note().get("data").asText());
    }

    TrainRequest read() {
        TensorFile file = file();
        List<Treatment> treatments = new ArrayList<>();
        for (JsonNode each : file.note().get("treatments")) {
            treatments.add(treatment(each, file.tensors()));
        }
        Optional<Graph> teacher =
                Files.exists(teacher()) ? Optional.of(OnnxImporter.read(teacher())) : Optional.empty();
        return new TrainRequest(
                OnnxImporter.read(student()),
                teacher,
                OptionsText.read(file.note()),
                treatments,
                folder,
                file.note().get("evaluated").asBoolean());
    }

    private static Treatment treatment(JsonNode each, Map<String, Tensor> tensors) {
        String value = each.get("value").asText();
        if (!each.has("scheme")) {
            return new Treatment.Mask(value, of(tensors, "mask/" + value));
        }
        return new Treatment.FakeQuantization(
                value,
                Treatment.Scheme.valueOf(each.get("scheme").asText()),
                each.get("bits").asInt(),
                each.get("signed").asBoolean(),
                each.get("axis").asInt(),
                of(tensors, "scale/" + value),
                each.get("zeroPoint").asInt(),
                each.get("learned").asBoolean());
    }

    private static Tensor of(Map<String, Tensor> tensors, String name) {
        return Optional.ofNullable(tensors.get(name)).orElseThrow();
    }
}
