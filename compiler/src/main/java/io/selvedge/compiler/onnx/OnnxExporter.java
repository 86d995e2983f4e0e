package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.proto.ModelProto;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** Writes graphs of ai.onnx operators as ONNX files: opset 17, or the oldest later one that has all of them. */
public final class OnnxExporter {
    private OnnxExporter() {}

    /** Writes without metadata, as {@link #write(Graph, Path, Map)}. */
    public static void write(Graph graph, Path file) {
        write(graph, file, Map.of());
    }

    /**
     * Writes beside the file and renames into place, so that no half of a file is ever seen.
     *
     * @param metadata stored as metadata_props, sorted by key
     * @throws SelvedgeException OUTPUT_NOT_WRITABLE
     * @throws IllegalStateException when the graph holds operators of other domains
     */
    public static void write(Graph graph, Path file, Map<String, String> metadata) {
        ModelProto model = new GraphWriter(graph).model(metadata);
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            // Not Files.newOutputStream, which leaves a direct buffer of the largest tensor's size behind.
            try (OutputStream out = new BufferedOutputStream(new FileOutputStream(temporary.toFile()))) {
                model.writeTo(out);
            }
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "cannot write " + file + " (" + IoReason.of(e) + "); free some space or choose another folder",
                    e);
        } finally {
            delete(temporary);
        }
    }

    /** The bytes of the file. */
    public static byte[] bytes(Graph graph, Map<String, String> metadata) {
        return new GraphWriter(graph).model(metadata).toByteArray();
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The write has succeeded or its failure is already on its way; a stray file changes neither.
            System.getLogger(OnnxExporter.class.getName())
                    .log(System.Logger.Level.DEBUG, "cannot delete " + temporary, e);
        }
    }
}
