package io.selvedge.train.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.train.TensorFile;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.graph.Trainability;
import io.selvedge.train.graph.TrainingForm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/** Trains in another process, and waits for it. Needs no libtorch in this one. */
public final class TrainingProcess {
    /** What glibc's malloc and OpenMP do by default makes libtorch several times slower. */
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "OMP_WAIT_POLICY", "passive",
            "MALLOC_MMAP_THRESHOLD_", "268435456",
            "MALLOC_TRIM_THRESHOLD_", "1073741824",
            "MALLOC_TOP_PAD_", "67108864");

    private static final int KILLED = 137;
    private static final long PATIENCE_SECONDS = 60;
    private static final ObjectMapper JSON = new ObjectMapper();

    private TrainingProcess() {}

    /**
     * Trains to the end, or as far as this process lives: when it is told to end, the other leaves a checkpoint and ends too.
     *
     * @param data description file
     * @throws SelvedgeException UNTRAINABLE before anything starts; what {@code Trainer} and the data throw; TRAINING_FAILED when
     *     the process is killed or memory does not suffice; OUTPUT_NOT_WRITABLE
     */
    public static TrainResult train(TrainRequest request, Path data, TrainListener listener) {
        RequestFolder folder = new RequestFolder(request.folder().toAbsolutePath());
        return result(folder, request, run(folder, request, data, listener, List.of()));
    }

    /**
     * {@code mean of |dL/dw * w|} over some batches, by parameter: what {@code Gradients} computes.
     *
     * @throws SelvedgeException as {@link #train}
     */
    public static Map<String, Tensor> gradients(TrainRequest request, Path data, int batches, TrainListener listener) {
        RequestFolder folder = new RequestFolder(request.folder().toAbsolutePath());
        run(folder, request, data, listener, List.of(String.valueOf(batches)));
        return TensorFile.read(folder.gradients()).map(TensorFile::tensors).orElseThrow();
    }

    /** The message with which the process ends. */
    private static JsonNode run(
            RequestFolder folder, TrainRequest request, Path data, TrainListener listener, List<String> more) {
        Graph form = TrainingForm.of(request.student());
        Trainability.of(form).require(form);
        try {
            folder.write(request, data);
            return run(folder, start(folder, more), listener);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "training cannot use the folder " + folder.folder() + " (" + IoReason.of(e) + ")",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }

    private static JsonNode run(RequestFolder folder, Process process, TrainListener listener)
            throws IOException, InterruptedException {
        Thread hook = new Thread(() -> stop(process), "selvedge-training");
        addHook(hook, process);
        Optional<JsonNode> last = Optional.empty();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<JsonNode> message = message(line);
                if (message.isPresent() && kind(message).equals("progress")) {
                    listener.progress(Messages.progress(message.get()));
                } else if (message.isPresent()) {
                    last = message;
                }
            }
            int status = process.waitFor();
            return switch (kind(last)) {
                case "result" -> last.orElseThrow();
                case "error" -> throw Messages.error(last.orElseThrow());
                case "stopped" ->
                    throw new CancellationException("training was stopped; its checkpoint is in " + folder.folder());
                default -> throw died(folder, status);
            };
        } finally {
            stop(process);
            removeHook(hook);
        }
    }

    private static String kind(Optional<JsonNode> message) {
        return message.map(json -> json.path("kind").asText()).orElse("");
    }

    private static Optional<JsonNode> message(String line) {
        try {
            return line.startsWith("{") ? Optional.of(JSON.readTree(line)) : Optional.empty();
        } catch (JsonProcessingException e) {
            // Cut off where the process was killed.
            return Optional.empty();
        }
    }

    private static Process start(RequestFolder folder, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Djava.awt.headless=true",
                "-Dorg.bytedeco.javacpp.maxbytes=0",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-Dorg.bytedeco.javacpp.cachedir=" + UserCache.ofUser().folder("libtorch"),
                "-cp",
                System.getProperty("java.class.path"),
                TrainingMain.class.getName(),
                folder.folder().toString()));
        command.addAll(more);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(folder.log().toFile());
        builder.environment().putAll(ENVIRONMENT);
        return builder.start();
    }

    private static void addHook(Thread hook, Process process) {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            process.destroyForcibly();
            throw new CancellationException("the process is ending");
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending; the hook does no harm.
        }
    }

    /** Its input ends, upon which it leaves a checkpoint; it is not waited for without end. */
    private static void stop(Process process) {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static TrainResult result(RequestFolder folder, TrainRequest request, JsonNode json) {
        Graph trained = OnnxImporter.read(folder.trained());
        Graph named = new Graph(
                request.student().name(),
                trained.inputs(),
                trained.outputs(),
                trained.constants(),
                trained.nodes(),
                trained.types());
        return new TrainResult(
                named,
                TensorFile.read(folder.learned()).map(TensorFile::tensors).orElse(Map.of()),
                Messages.history(json),
                json.get("learningRate").asDouble(),
                json.get("bestEpoch").asInt(),
                json.get("digest").asText(),
                json.get("dataDigest").asText(),
                Messages.evaluation(json));
    }

    private static SelvedgeException died(RequestFolder folder, int status) {
        String why = status == KILLED
                ? "was killed, most likely by the system for want of memory; give a smaller --batch"
                : "ended with status " + status + "; its last words: " + lastWords(folder);
        return new SelvedgeException(
                ErrorCode.TRAINING_FAILED,
                "the process that trains " + why + ". With --resume training goes on from its last checkpoint in "
                        + folder.folder());
    }

    private static String lastWords(RequestFolder folder) {
        try {
            List<String> lines = Files.readAllLines(folder.log()).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("\tat "))
                    .toList();
            return lines.isEmpty()
                    ? "none"
                    : String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException e) {
            return "none";
        }
    }
}
