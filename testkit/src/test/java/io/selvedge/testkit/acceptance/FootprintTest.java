package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.target.Target;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes of weights, code, working memory and runtime: small as promised, and exactly as reported. */
@ExtendWith(Workbench.Shared.class)
class FootprintTest {
    private static final double LEAST_WEIGHT_RATIO = 3.8;
    private static final int MOST_CODE_BYTES = 60_000;
    private static final int MOST_RUNTIME_BYTES = 150_000;
    private static final int CALIBRATION = 10;
    private static final int SPARE_BYTES = 4096;

    @Test
    void resnet_in_int8_is_a_quarter_in_weights_and_small_in_code(Workbench bench) {
        Graph simplified = bench.simplified(RealModel.RESNET8);
        Graph quantized =
                Calibrated.quantize(simplified, Samples.real(RealModel.RESNET8, simplified, CALIBRATION), bench);
        Compiler.Compilation fp32 = bench.asGiven(RealModel.RESNET8);
        try (NativeModel int8 = bench.everywhere(quantized)) {
            int before = fp32.planned().weightBytes();
            int after = int8.planned().weightBytes();
            System.out.printf("resnet8: weights %d -> %d bytes, ratio %.3f%n", before, after, before / (double) after);
            for (Target target : NativeModel.targets()) {
                System.out.printf(
                        "resnet8 on %s: code %d bytes in fp32, %d in int8%n",
                        target.name(), fp32.codeBytes(target.name()), int8.codeBytes(target));
            }
            assertThat(before / (double) after).isGreaterThanOrEqualTo(LEAST_WEIGHT_RATIO);
            assertThat(int8.session().model().manifest().weightBytes()).isEqualTo(after);
            for (Target target : NativeModel.targets()) {
                assertThat(fp32.codeBytes(target.name()))
                        .as("fp32 on " + target.name())
                        .isLessThanOrEqualTo(MOST_CODE_BYTES);
                assertThat(int8.codeBytes(target))
                        .as("int8 on " + target.name())
                        .isLessThanOrEqualTo(MOST_CODE_BYTES);
            }
        }
    }

    /** The jar itself where the build has made one, else its classes packed in the same way. */
    @Test
    void runtime_is_a_small_jar() throws Exception {
        Path classes = Path.of(
                Model.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        long bytes = Files.isDirectory(classes) ? zipped(classes) : Files.size(classes);
        System.out.printf("runtime: %s has %d bytes%n", classes.getFileName(), bytes);
        assertThat(bytes).isBetween(1000L, (long) MOST_RUNTIME_BYTES);
    }

    private static long zipped(Path classes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, zip);
            }
        }
        return bytes.size();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FACE_SIMPLIFIED")
    void arena_is_used_to_its_last_reported_byte_and_not_beyond(RealModel model, Workbench bench) {
        assertUsedAsReported(model, bench.asGiven(model), bench.folder());
    }

    @ParameterizedTest
    @EnumSource(names = {"RESNET8", "KEYWORDS", "GESTURE", "CART_POLE", "TEXT_LINE"})
    void arena_in_int8_is_used_to_its_last_reported_byte_and_not_beyond(RealModel model, Workbench bench) {
        assertUsedAsReported(model, bench.integers(model), bench.folder());
    }

    private static void assertUsedAsReported(RealModel model, Compiler.Compilation compilation, Path folder) {
        int reported = compilation.planned().arenaBytes();
        try (NativeModel compiled = NativeModel.load(compilation, SPARE_BYTES, folder)) {
            List<Map<String, Tensor>> samples = Samples.mixed(model, compiled.graph(), 2, 1);
            compiled.sessions().forEach((target, session) -> {
                int highest = 0;
                for (Map<String, Tensor> sample : samples) {
                    // A byte that is painted with what the code writes there shows under the other paint.
                    for (byte paint : new byte[] {(byte) 0xA5, 0x5A}) {
                        highest = Math.max(highest, highestChanged(session, sample, paint));
                    }
                }
                System.out.printf(
                        "arena of %s on %s: reported %d bytes, used %d%n", model, target.name(), reported, highest);
                assertThat(highest).as(model + " on " + target.name()).isEqualTo(reported);
            });
        }
    }

    /** Bytes from the arena's begin to the last one that a run changes. */
    private static int highestChanged(Session session, Map<String, Tensor> sample, byte paint) {
        ByteBuffer arena = session.arena();
        for (int i = 0; i < arena.capacity(); i++) {
            arena.put(i, paint);
        }
        NativeModel.put(session, sample);
        session.run();
        int used = arena.capacity();
        while (used > 0 && arena.get(used - 1) == paint) {
            used--;
        }
        return used;
    }
}
