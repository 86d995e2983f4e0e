package io.selvedge.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tensors with a note, in one file that is there as a whole or not at all: written beside, forced to the disk, renamed, and checked
 * by its SHA-256 when it is read.
 *
 * @param note JSON of the caller
 */
public record TensorFile(JsonNode note, Map<String, Tensor> tensors) {
    private static final byte[] MAGIC = "SELVTNS1".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;
    private static final ObjectMapper JSON = new ObjectMapper();

    public TensorFile {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /** Writes it. @throws SelvedgeException OUTPUT_NOT_WRITABLE, when the disk is full too */
    public void write(Path file) {
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        try {
            byte[] header = JSON.writeValueAsBytes(header());
            MessageDigest digest = sha256();
            try (FileChannel out = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                append(out, digest, ByteBuffer.wrap(MAGIC));
                append(out, digest, length(header.length));
                append(out, digest, ByteBuffer.wrap(header));
                for (Tensor tensor : tensors.values()) {
                    append(out, digest, tensor.bytes());
                }
                out.write(ByteBuffer.wrap(digest.digest()));
                out.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "cannot write " + file + " (" + IoReason.of(e) + "); free some space or choose another folder",
                    e);
        }
    }

    private static ByteBuffer length(int bytes) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, bytes);
    }

    private static void append(FileChannel out, MessageDigest digest, ByteBuffer bytes) throws IOException {
        digest.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private ObjectNode header() {
        ObjectNode header = JSON.createObjectNode();
        header.set("note", note);
        ArrayNode list = header.putArray("tensors");
        tensors.forEach((name, tensor) -> {
            ObjectNode each = list.addObject();
            each.put("name", name);
            each.put("dtype", tensor.dtype().text());
            ArrayNode extents = each.putArray("shape");
            Arrays.stream(tensor.shape().extents()).forEach(extents::add);
        });
        return header;
    }

    /** The file, or nothing when it does not exist or is not whole. @throws SelvedgeException IO_ERROR when it cannot be read */
    public static Optional<TensorFile> read(Path file) {
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Files.readAllBytes(file);
            int body = bytes.length - DIGEST_BYTES;
            if (body < MAGIC.length + 4 || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
                return Optional.empty();
            }
            MessageDigest digest = sha256();
            digest.update(bytes, 0, body);
            if (!Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, body, bytes.length))) {
                return Optional.empty();
            }
            return Optional.of(parse(bytes, body));
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "cannot read " + file + " (" + IoReason.of(e) + ")", e);
        }
    }

    private static TensorFile parse(byte[] bytes, int body) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, body).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = buffer.getInt(MAGIC.length);
        int at = MAGIC.length + 4;
        JsonNode header = JSON.readTree(new String(bytes, at, headerBytes, StandardCharsets.UTF_8));
        at += headerBytes;
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (JsonNode each : header.get("tensors")) {
            JsonNode shape = each.get("shape");
            long[] extents = new long[shape.size()];
            Arrays.setAll(extents, i -> shape.get(i).asLong());
            TensorType type =
                    TensorType.of(DType.ofText(each.get("dtype").asText()).orElseThrow(), extents);
            int length = Math.toIntExact(type.shape().elements() * type.dtype().bytes());
            tensors.put(each.get("name").asText(), Tensor.of(type, Arrays.copyOfRange(bytes, at, at + length)));
            at += length;
        }
        return new TensorFile(header.get("note"), tensors);
    }

    /** SHA-256 of names, types and values, as 64 hexadecimal digits. */
    public static String digest(Map<String, Tensor> tensors) {
        MessageDigest digest = sha256();
        tensors.forEach((name, tensor) -> {
            digest.update((name + " " + tensor.type() + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(tensor.bytes());
        });
        return java.util.HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
