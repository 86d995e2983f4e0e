package io.selvedge.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;

/** Pictures for {@link TinyModel} with their labels, in every form that a data description knows. */
record TinyData(float[][] pictures, int[] labels) {
    static final List<String> CLASSES = List.of("red", "green", "blue");
    private static final int PLANE = 16;

    /** Noise with one strong colour; a label is right in all but a few. */
    static TinyData random(int count, long seed) {
        Random random = new Random(seed);
        float[][] pictures = new float[count][TinyModel.VALUES];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % TinyModel.CLASSES;
            for (int k = 0; k < TinyModel.VALUES; k++) {
                pictures[i][k] = random.nextInt(200) + (k / PLANE == labels[i] ? 55 : 0);
            }
        }
        return new TinyData(pictures, labels);
    }

    /** {@code x} and {@code y} as arrays. */
    Path writeNpz(Path file) throws IOException {
        return writeNpz(file, Map.of("x", floats(), "y", whole()));
    }

    /** An array of an NPZ file. */
    record Array(String descr, List<Integer> shape, byte[] bytes) {
        static Array floats(List<Integer> shape, float... values) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            return new Array("<f4", shape, bytes.array());
        }

        static Array longs(long... values) {
            ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asLongBuffer().put(values);
            return new Array("<i8", List.of(values.length), bytes.array());
        }

        byte[] npy() {
            String extents = shape.stream().map(extent -> extent + ",").collect(Collectors.joining());
            String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + extents + "), }";
            header += " ".repeat(64 - (11 + header.length()) % 64) + "\n";
            ByteBuffer npy =
                    ByteBuffer.allocate(10 + header.length() + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
            npy.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
            return npy.put(header.getBytes(StandardCharsets.US_ASCII))
                    .put(bytes)
                    .array();
        }
    }

    Array floats() {
        float[] all = new float[pictures.length * TinyModel.VALUES];
        for (int i = 0; i < pictures.length; i++) {
            System.arraycopy(pictures[i], 0, all, i * TinyModel.VALUES, TinyModel.VALUES);
        }
        return Array.floats(List.of(pictures.length, 3, 4, 4), all);
    }

    Array whole() {
        return Array.longs(Arrays.stream(labels).asLongStream().toArray());
    }

    static Path writeNpz(Path file, Map<String, Array> arrays) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, Array> array : arrays.entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue().npy());
            }
        }
        return file;
    }

    /** One record of float32 per file, {@code label.csv} beside them. */
    Path writeRecords(Path folder) throws IOException {
        Files.createDirectories(folder);
        StringBuilder csv = new StringBuilder("file,class\n");
        for (int i = 0; i < pictures.length; i++) {
            String name = "%04d.bin".formatted(i);
            Files.write(
                    folder.resolve(name), Array.floats(List.of(), pictures[i]).bytes());
            csv.append(name).append(',').append(labels[i]).append('\n');
        }
        Files.writeString(folder.resolve("label.csv"), csv);
        return folder;
    }

    /** PNG files in folders by class. */
    Path writeImages(Path folder) throws IOException {
        for (int i = 0; i < pictures.length; i++) {
            BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < PLANE; p++) {
                int red = (int) pictures[i][p];
                int green = (int) pictures[i][PLANE + p];
                int blue = (int) pictures[i][2 * PLANE + p];
                image.setRGB(p % 4, p / 4, red << 16 | green << 8 | blue);
            }
            Path home = Files.createDirectories(folder.resolve(CLASSES.get(labels[i])));
            ImageIO.write(image, "png", home.resolve(i + ".png").toFile());
        }
        return folder;
    }
}
