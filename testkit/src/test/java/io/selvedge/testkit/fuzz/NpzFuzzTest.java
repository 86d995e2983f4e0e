package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.compress.data.DataDescription;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrays of NumPy: the first byte says whether the others are the whole file, or an array in a sound one. */
class NpzFuzzTest {
    private static final TemporaryFile FILE = TemporaryFile.ending(".npz");

    static Stream<byte[]> seeds() {
        byte[] floats = array("<f4", "2, 3", 24);
        return Stream.concat(
                Stream.of("<f4", ">f8", "|u1", "<i8", "|b1", "<f2").map(dtype -> marked(1, array(dtype, "2, 3", 48))),
                Stream.of(
                        marked(0, archive(floats, true)),
                        marked(2, floats),
                        marked(0, archive(floats, false)),
                        marked(0, zstandard(archive(floats, false)))));
    }

    /** The archive's entries said to be compressed by method 93, in their own headers and in the directory. */
    private static byte[] zstandard(byte[] archive) {
        for (int i = 0; i + 10 < archive.length; i++) {
            if (archive[i] == 'P' && archive[i + 1] == 'K' && (archive[i + 2] == 1 || archive[i + 2] == 3)) {
                archive[archive[i + 2] == 1 ? i + 10 : i + 8] = 93;
            }
        }
        return archive;
    }

    private static byte[] array(String dtype, String shape, int bytes) {
        String header = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n".formatted(dtype, shape);
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
        byte[] array = Arrays.copyOf(start, start.length + text.length + bytes);
        System.arraycopy(text, 0, array, start.length, text.length);
        return array;
    }

    private static byte[] marked(int mode, byte[] bytes) {
        byte[] marked = new byte[bytes.length + 1];
        marked[0] = (byte) mode;
        System.arraycopy(bytes, 0, marked, 1, bytes.length);
        return marked;
    }

    private static byte[] archive(byte[] array, boolean stored) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String name : new String[] {"x.npy", "y.npy"}) {
                ZipEntry entry = new ZipEntry(name);
                entry.setTime(0);
                if (stored) {
                    CRC32 crc = new CRC32();
                    crc.update(array);
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(array.length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(array);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @MethodSource("seeds")
    @FuzzTest
    void npz(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(bytes, 1, bytes.length);
        FILE.write(bytes[0] == 0 ? rest : archive(rest, bytes[0] % 2 != 0));
        Bounds.check(() -> {
            DataDescription description = new DataDescription(
                    FILE.path(),
                    new DataDescription.Npz(FILE.path()),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            try (DataSource source = DataSource.open(description)) {
                Dataset samples = source.evaluation();
                samples.get(0);
                samples.get(samples.size() - 1);
            }
        });
    }
}
