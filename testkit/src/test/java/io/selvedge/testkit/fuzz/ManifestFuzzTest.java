package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.runtime.Manifest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Text that claims to be a bundle's manifest. */
class ManifestFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of(BundleFuzzTest.manifest().toJson().getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void manifest(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Bounds.check(() -> Manifest.fromJson(text));
    }
}
