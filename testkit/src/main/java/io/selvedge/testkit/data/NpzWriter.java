package io.selvedge.testkit.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Rows of numbers as {@code input}, and a number each as {@code y}, in NumPy's archive. */
final class NpzWriter {
    private NpzWriter() {}

    /** @param labels whether {@code y} are whole numbers that name a class, else targets of shape [N,1] */
    static void write(Path file, List<float[]> rows, List<Integer> y, boolean labels) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            int width = rows.getFirst().length;
            ByteBuffer x = buffer((long) rows.size() * width * Float.BYTES);
            rows.forEach(row -> {
                for (float value : row) {
                    x.putFloat(value);
                }
            });
            put(zip, "input", "<f4", rows.size() + ", " + width, x);
            ByteBuffer truth = buffer(8L * y.size());
            y.forEach(label -> {
                if (labels) {
                    truth.putLong(label);
                } else {
                    truth.putDouble(label);
                }
            });
            put(zip, "y", labels ? "<i8" : "<f8", labels ? y.size() + "," : y.size() + ", 1", truth);
        }
    }

    private static ByteBuffer buffer(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void put(ZipOutputStream zip, String name, String type, String shape, ByteBuffer values)
            throws IOException {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        header += " ".repeat(64 - (11 + header.length()) % 64) + "\n";
        ByteBuffer start = buffer(10);
        start.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(start.array());
        zip.write(header.getBytes(StandardCharsets.US_ASCII));
        zip.write(values.array());
        zip.closeEntry();
    }
}
