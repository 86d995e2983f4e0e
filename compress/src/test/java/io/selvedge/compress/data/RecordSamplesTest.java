package io.selvedge.compress.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Raw records and NumPy arrays. */
class RecordSamplesTest {
    @TempDir
    Path folder;

    private DataSource open(String yaml) throws IOException {
        return DataSource.open(Files.writeString(folder.resolve("eval.yaml"), yaml));
    }

    @Test
    void keyword_windows_are_read_from_a_tar_with_their_labels() throws IOException {
        Path records = SharedFolder.file("data/kws/kws01_bins.tar");
        Path labels = SharedFolder.file("data/kws/y_labels.csv");
        try (DataSource source = open("kind: raw\npath: " + records
                + "\nrecord: {dtype: int8, shape: [1, 1, 49, 10]}\nlabels: {file: " + labels
                + ", key: 0, value: 2}\ninput: {name: input, dtype: float32, offset: -83, scale: 0.58470291}"
                + "\ncalibration: {split: 200, seed: 4}\n")) {
            Dataset data = source.evaluation();
            Dataset calibration = source.calibration().orElseThrow();
            assertThat(data.size()).isEqualTo(800);
            assertThat(calibration.size()).isEqualTo(200);
            Set<String> names = new HashSet<>();
            for (Dataset part : new Dataset[] {data, calibration}) {
                for (int i = 0; i < part.size(); i++) {
                    Sample sample = part.get(i);
                    names.add(sample.name());
                    // The file's name ends in its label.
                    assertThat(sample.name()).endsWith("_" + sample.label().orElseThrow() + ".bin");
                }
            }
            assertThat(names).as("disjoint").hasSize(1000);
            float value = data.get(0).inputs().get("input")[0];
            assertThat(Math.rint(value / 0.58470291 + 83)).isCloseTo(value / 0.58470291 + 83, within(1e-4));
            assertThat(data.inputs()).containsEntry("input", TensorType.of(DType.FLOAT32, 1, 1, 49, 10));
        }
    }

    @Test
    void bad_records_are_named() throws IOException {
        Path data = Files.createDirectories(folder.resolve("d"));
        byte[] nan = new byte[8];
        ByteBuffer.wrap(nan).order(ByteOrder.LITTLE_ENDIAN).putFloat(4, Float.NaN);
        Files.write(data.resolve("a.bin"), nan);
        Files.write(data.resolve("b.bin"), new byte[7]);
        String yaml = "kind: raw\npath: d\nrecord: {dtype: float32, shape: [1, 2]}\ninput: {name: x}\n";
        try (DataSource source = open(yaml)) {
            assertCoded(() -> source.evaluation().get(0), ErrorCode.NAN_IN_DATA, "a.bin");
            assertCoded(() -> source.evaluation().get(1), ErrorCode.SHAPE_MISMATCH, "b.bin");
        }
        Path csv = folder.resolve("y.csv");
        String labelled = yaml + "labels: {file: y.csv, key: 0, value: 1}\n";
        assertCoded(() -> open(labelled), ErrorCode.DATA_NOT_FOUND, "y.csv");
        Files.writeString(csv, "file,class\na.bin,1\n");
        assertCoded(() -> open(labelled), ErrorCode.BAD_DATA, "'b.bin' has no label");
        Files.writeString(csv, "file,class\na.bin,1\nb.bin,2\n");
        open(labelled).close();
        assertCoded(() -> open(labelled + "classes: [p, q]\n"), ErrorCode.LABEL_OUT_OF_RANGE, "line 3");
        Files.writeString(csv, "a.bin,q\nb.bin,p\n");
        try (DataSource source = open(
                "classes: [p, q]\n" + yaml.replace("float32", "int32") + "labels: {file: y.csv, key: 0, value: 1}\n")) {
            assertThat(source.evaluation().get(0).label()).hasValue(1);
        }
        Files.writeString(csv, "a.bin,1\nb.bin,what\n");
        assertCoded(() -> open(labelled), ErrorCode.BAD_DATA, "'what'");
        Files.writeString(csv, "a.bin,1\nb.bin,-1\n");
        assertCoded(() -> open(labelled), ErrorCode.LABEL_OUT_OF_RANGE, "-1");
        Files.writeString(csv, "a.bin\n");
        assertCoded(() -> open(labelled), ErrorCode.BAD_DATA, "columns");
    }

    @Test
    void npz_arrays_of_every_dtype_come_out_as_numpy_wrote_them() throws IOException {
        Map<String, byte[]> arrays = new TreeMap<>();
        arrays.put("a", npy(1, "<f4", "(3, 2)", floats(1, 2, 3, 4, 5.5f, -6)));
        arrays.put("b", npy(2, "|i1", "(3, 1)", new byte[] {-1, 0, 127}));
        arrays.put(
                "c",
                npy(
                        3,
                        ">f8",
                        "(3,)",
                        ByteBuffer.allocate(24)
                                .putDouble(0.5)
                                .putDouble(8, 2)
                                .putDouble(16, -1)
                                .array()));
        arrays.put("d", npy(1, "<f2", "(3, 1)", new byte[] {0, 0x3c, 0, (byte) 0xc0, 1, 0}));
        arrays.put("y", npy(1, "<i8", "(3,)", longs(0, 2, 1)));
        for (boolean stored : new boolean[] {true, false}) {
            npz("eval.npz", arrays, stored);
            try (DataSource source = open("kind: npz\npath: eval.npz\nclasses: [u, v, w]\n")) {
                Dataset data = source.evaluation();
                assertThat(data.size()).isEqualTo(3);
                Sample last = data.get(2);
                assertThat(last.inputs().get("a")).containsExactly(5.5f, -6f);
                assertThat(last.inputs().get("b")).containsExactly(127f);
                assertThat(last.inputs().get("c")).containsExactly(-1f);
                assertThat(last.inputs().get("d")).containsExactly(0x1p-24f);
                assertThat(last.label()).hasValue(1);
                assertThat(data.inputs())
                        .containsEntry("a", TensorType.of(DType.FLOAT32, 1, 2))
                        .containsEntry("b", TensorType.of(DType.INT8, 1, 1));
            }
        }
        assertCoded(
                () -> open("kind: npz\npath: eval.npz\nclasses: [u, v]\n")
                        .evaluation()
                        .get(1),
                ErrorCode.LABEL_OUT_OF_RANGE,
                "y[1]");
    }

    @Test
    void floating_y_is_a_target() throws IOException {
        npz(
                "r.npz",
                Map.of("x", npy(1, "<f4", "(2, 1)", floats(1, 2)), "y", npy(1, "<f4", "(2,)", floats(3, 4))),
                true);
        try (DataSource source = open("kind: npz\npath: r.npz\n")) {
            assertThat(source.metric()).isEqualTo("mse");
            assertThat(source.evaluation().get(1).target().orElseThrow()).containsExactly(4f);
        }
        npz("r.npz", Map.of("x", npy(1, "<f4", "(2, 1)", floats(1, 2)), "y", npy(1, "<i8", "(2,)", longs(3, 4))), true);
        try (DataSource source = open("kind: npz\npath: r.npz\nmetric: mse\n")) {
            assertThat(source.evaluation().get(1).target().orElseThrow()).containsExactly(4f);
        }
    }

    @Test
    void bad_arrays_are_named() throws IOException {
        byte[] two = floats(1, 2);
        badNpz(npy(1, "<f4", "(3, 1)", two), "needs 12 bytes");
        badNpz(npy(1, "|O", "(2,)", two), "dtype '|O'");
        badNpz(npy(9, "<f4", "(2,)", two), "version 9");
        badNpz(
                new String(npy(1, "<f4", "(2,)", two), StandardCharsets.ISO_8859_1)
                        .replace("False", "True ")
                        .getBytes(StandardCharsets.ISO_8859_1),
                "Fortran");
        badNpz(npy(1, "<f4", "(99999999999,)", two), "too large");
        badNpz(npy(1, "<f4", "(2000000000, 2000000000, 2000000000)", two), "too large");
        badNpz(new byte[] {1, 2, 3}, "NPY");
        badNpz(new byte[0], "");
        npz("bad.npz", Map.of("x", npy(1, "<f4", "(2, 1)", floats(1, Float.POSITIVE_INFINITY))), true);
        try (DataSource source = open("kind: npz\npath: bad.npz\n")) {
            assertCoded(() -> source.evaluation().get(1), ErrorCode.NAN_IN_DATA, "row 1");
        }
        npz("bad.npz", Map.of("x", npy(1, "<f4", "(2, 1)", two), "y", npy(1, "<i8", "(3,)", longs(1, 2, 3))), true);
        assertCoded(() -> open("kind: npz\npath: bad.npz\n"), ErrorCode.SHAPE_MISMATCH, "'y' has 3 rows");
        npz("bad.npz", Map.of("x", npy(1, "<f4", "(0, 1)", new byte[0])), true);
        assertCoded(() -> open("kind: npz\npath: bad.npz\n"), ErrorCode.EMPTY_DATA, "no rows");
        npz("bad.npz", Map.of("y", npy(1, "<i8", "(1,)", longs(1))), true);
        assertCoded(() -> open("kind: npz\npath: bad.npz\n"), ErrorCode.EMPTY_DATA, "no array besides");
        Files.writeString(folder.resolve("bad.npz"), "text");
        assertCoded(() -> open("kind: npz\npath: bad.npz\n"), ErrorCode.BAD_DATA, "bad.npz");
        assertCoded(() -> open("kind: npz\npath: none.npz\n"), ErrorCode.DATA_NOT_FOUND, "none.npz");
    }

    private void badNpz(byte[] array, String words) throws IOException {
        npz("bad.npz", Map.of("x", array), true);
        assertCoded(() -> open("kind: npz\npath: bad.npz\n"), ErrorCode.BAD_DATA, words);
    }

    private void npz(String name, Map<String, byte[]> arrays, boolean stored) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                ZipEntry entry = new ZipEntry(array.getKey() + ".npy");
                if (stored) {
                    CRC32 crc = new CRC32();
                    crc.update(array.getValue());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(array.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(array.getValue());
            }
        }
    }

    private static byte[] npy(int version, String descr, String shape, byte[] data) {
        String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0x93);
        out.writeBytes("NUMPY".getBytes(StandardCharsets.US_ASCII));
        out.write(version);
        out.write(0);
        int lengthBytes = version == 1 ? 2 : 4;
        for (int i = 0; i < lengthBytes; i++) {
            out.write(header.length() >> 8 * i);
        }
        out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(data);
        return out.toByteArray();
    }

    private static byte[] floats(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.array();
    }

    private static byte[] longs(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            buffer.putLong(value);
        }
        return buffer.array();
    }

    private static void assertCoded(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ErrorCode code, String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }
}
