package io.selvedge.testkit.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.BundleWriter;
import io.selvedge.runtime.DType;
import io.selvedge.runtime.Manifest;
import io.selvedge.runtime.StatePair;
import io.selvedge.runtime.Target;
import io.selvedge.runtime.TensorSpec;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that claim to be a bundle. */
class BundleFuzzTest {
    private static final TemporaryFile FILE = TemporaryFile.ending(".selv");

    static Manifest manifest() {
        return Manifest.withoutParts(
                        "affine",
                        "0".repeat(64),
                        List.of(TensorSpec.of("x", DType.FLOAT32, List.of(1, 4))),
                        List.of(TensorSpec.of("y", DType.FLOAT32, List.of(1, 4))),
                        64,
                        16,
                        1,
                        List.of(new Target("generic", "lib/generic/model.so", List.of(), "linux", "x86_64")))
                .withStates(List.of(new StatePair("y", "x")));
    }

    static Stream<byte[]> seeds() throws IOException {
        new BundleWriter(manifest())
                .part("weights.bin", new byte[] {1, 2, 3, 4})
                .part("lib/generic/model.so", new byte[] {5})
                .write(FILE.path());
        byte[] plain = FILE.read();
        byte[] weights = new byte[400];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (i * i % 7 - 3);
        }
        new BundleWriter(manifest())
                .part("weights.bin", weights)
                .part("lib/generic/model.so", new byte[100])
                .coded(new TreeSet<>(List.of(64)))
                .write(FILE.path());
        return Stream.of(plain, FILE.read());
    }

    @MethodSource("seeds")
    @FuzzTest
    void bundle(byte[] bytes) {
        FILE.write(bytes);
        Bounds.check(() -> {
            try (Bundle bundle = Bundle.open(FILE.path())) {
                bundle.manifest();
            }
        });
    }
}
