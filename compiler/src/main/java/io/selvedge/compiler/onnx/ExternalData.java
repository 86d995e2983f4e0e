package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.proto.StringStringEntryProto;
import io.selvedge.compiler.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tensor bytes in files beside the model; files outside the model's folder are refused. */
final class ExternalData {
    private final String file;
    private final Optional<Path> folder;

    ExternalData(String file, Optional<Path> folder) {
        this.file = file;
        this.folder = folder;
    }

    /** @throws SelvedgeException EXTERNAL_DATA when the file is missing, too short or outside the model's folder */
    byte[] read(TensorProto proto, String name, long bytes) {
        Map<String, String> keys = proto.getExternalDataList().stream()
                .collect(Collectors.toMap(
                        StringStringEntryProto::getKey, StringStringEntryProto::getValue, (first, _) -> first));
        String location = keys.getOrDefault("location", "");
        long offset = number(name, keys, "offset", 0);
        long length = number(name, keys, "length", bytes);
        if (length != bytes) {
            throw bad(name, "needs " + bytes + " bytes, its entry says " + length);
        }
        Path path = resolve(name, location);
        try (FileChannel channel = FileChannel.open(path)) {
            if (offset > channel.size() || bytes > channel.size() - offset) {
                throw bad(
                        name,
                        "needs bytes " + offset + " to " + (offset + bytes) + " of '" + location + "', which has "
                                + channel.size());
            }
            ByteBuffer buffer = ByteBuffer.allocate((int) bytes);
            while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {}
            return buffer.array();
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.EXTERNAL_DATA,
                    "tensor '" + name + "' cannot be read from '" + path + "': " + e.getMessage() + " (" + file + ")",
                    e);
        }
    }

    private Path resolve(String name, String location) {
        Path base = folder.orElseThrow(() -> bad(name, "lies in '" + location + "', but the model is not in a folder"));
        try {
            Path path = base.resolve(location).normalize();
            if (location.isEmpty() || Path.of(location).isAbsolute() || !path.startsWith(base.normalize())) {
                throw bad(
                        name,
                        "lies in '" + location + "', which is outside the model's folder; put it beside the model");
            }
            if (!Files.isRegularFile(path)) {
                throw bad(name, "lies in '" + location + "', which is not in " + base + "; put it beside the model");
            }
            if (!path.toRealPath().startsWith(base.toRealPath())) {
                throw bad(name, "lies in '" + location + "', a link that leads outside the model's folder");
            }
            return path;
        } catch (InvalidPathException | IOException e) {
            throw bad(name, "lies in '" + location + "', which cannot be opened: " + e.getMessage());
        }
    }

    private long number(String name, Map<String, String> keys, String key, long otherwise) {
        String text = keys.get(key);
        try {
            long value = text == null ? otherwise : Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw bad(name, "has the " + key + " '" + text + "' in its entry, which is not a number");
        }
        throw bad(name, "has the " + key + " " + text + " in its entry, which is negative");
    }

    private SelvedgeException bad(String name, String what) {
        return new SelvedgeException(
                ErrorCode.EXTERNAL_DATA, "external tensor '" + name + "' " + what + " (" + file + ")");
    }
}
