package io.selvedge.train.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.train.TensorFile;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.fit.BeforeAndAfter;
import io.selvedge.train.fit.DescribedData;
import io.selvedge.train.fit.Gradients;
import io.selvedge.train.fit.Trainer;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The process that trains: reads the request of a folder, tells lines of JSON on its output, and stops between two steps when its
 * input ends, which is also what happens when its parent is killed.
 */
public final class TrainingMain {
    private static final long TELL_NANOS = 200_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private TrainingMain() {}

    /** Trains, or, with a second argument, looks at gradients over so many batches; the first is the folder of the request. */
    public static void main(String[] args) {
        // The parent's pipes, not a terminal: what is printed elsewhere cannot get between the lines.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        AtomicBoolean stopped = new AtomicBoolean();
        Thread reader = new Thread(() -> awaitEnd(stopped), "selvedge-stop");
        reader.setDaemon(true);
        reader.start();
        try {
            RequestFolder folder = new RequestFolder(Path.of(args[0]));
            if (args.length > 1) {
                gradients(folder, Integer.parseInt(args[1]), out);
            } else {
                tell(out, Messages.result(run(folder, out, stopped)));
            }
        } catch (SelvedgeException e) {
            tell(out, Messages.error(e));
        } catch (CancellationException e) {
            tell(out, JsonNodeFactory.instance.objectNode().put("kind", "stopped"));
        } catch (OutOfMemoryError e) {
            tell(out, Messages.error(outOfMemory(String.valueOf(e.getMessage()))));
        } catch (LinkageError e) {
            tell(out, Messages.error(unlinked(e)));
        } catch (RuntimeException e) {
            if (!String.valueOf(e.getMessage()).contains("allocate memory")) {
                throw e;
            }
            tell(
                    out,
                    Messages.error(outOfMemory(
                            String.valueOf(e.getMessage()).lines().findFirst().orElse(""))));
        }
    }

    private static TrainResult run(RequestFolder folder, PrintStream out, AtomicBoolean stopped) {
        TrainRequest asked = folder.read();
        try (DescribedData described = DescribedData.open(folder.data(), asked.options())) {
            TrainRequest request = asked.with(described.options());
            try (Trainer trainer = new Trainer(request, described.data(), telling(out), stopped::get)) {
                TrainResult trained = trainer.run();
                TrainResult result = asked.evaluated()
                        ? trained.with(
                                BeforeAndAfter.of(asked.student(), trained.graph(), described.source(), telling(out)))
                        : trained;
                OnnxExporter.write(result.graph(), folder.trained());
                new TensorFile(JsonNodeFactory.instance.objectNode(), result.learned()).write(folder.learned());
                return result;
            }
        }
    }

    private static void gradients(RequestFolder folder, int batches, PrintStream out) {
        TrainRequest request = folder.read();
        try (DescribedData described = DescribedData.open(folder.data(), request.options())) {
            TrainRequest asked = request.with(described.options());
            Map<String, Tensor> found = Gradients.taylor(asked, described.data(), batches, telling(out));
            new TensorFile(JsonNodeFactory.instance.objectNode(), found).write(folder.gradients());
            tell(out, JsonNodeFactory.instance.objectNode().put("kind", "result"));
        }
    }

    private static TrainListener telling(PrintStream out) {
        long[] last = {System.nanoTime() - TELL_NANOS};
        return progress -> {
            long now = System.nanoTime();
            if (now - last[0] >= TELL_NANOS || progress.step() == progress.steps()) {
                last[0] = now;
                tell(out, Messages.progress(progress));
            }
        };
    }

    private static void tell(PrintStream out, JsonNode message) {
        try {
            out.println(JSON.writeValueAsString(message));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitEnd(AtomicBoolean stopped) {
        try (InputStream in = new FileInputStream(FileDescriptor.in)) {
            while (in.read() >= 0) {
                // Nothing is said to this process but that it shall end.
            }
        } catch (IOException e) {
            // As good as an end.
        }
        stopped.set(true);
    }

    private static SelvedgeException outOfMemory(String detail) {
        return new SelvedgeException(
                ErrorCode.TRAINING_FAILED,
                "memory does not suffice to train (" + detail
                        + "); give a smaller --batch, or fewer samples. With --resume "
                        + "training goes on from its last checkpoint");
    }

    private static SelvedgeException unlinked(LinkageError e) {
        return new SelvedgeException(
                ErrorCode.TRAINING_FAILED,
                "libtorch cannot be loaded (" + e.getMessage()
                        + "); training needs Linux on x86-64 with glibc, and the "
                        + "artifact org.bytedeco:pytorch with classifier linux-x86_64 on the class path",
                e);
    }
}
