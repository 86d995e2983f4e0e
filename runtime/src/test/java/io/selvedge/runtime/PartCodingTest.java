package io.selvedge.runtime;

import static io.selvedge.runtime.Failures.assertCode;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is coded comes back as it was and takes about its entropy; whatever else is read is a coded error. */
final class PartCodingTest {
    private static final SortedSet<Integer> NO_CUTS = new TreeSet<>();

    @Test
    void bytes_of_every_kind_and_length_come_back() {
        Random random = new Random(1);
        int coded = 0;
        for (int length : List.of(1, 2, 3, 63, 64, 65, 1000, 65_535, 65_536, 65_537, 200_001)) {
            for (int bits = 0; bits <= 8; bits++) {
                byte[] plain = gaussian(random, length, bits);
                TreeSet<Integer> cuts = new TreeSet<>(List.of(length / 3, length / 2, length, length + 7));
                Optional<byte[]> less = length > 1000 || bits % 2 == 0
                        ? PartEncoder.encode(plain, cuts)
                        : PartEncoder.encodeSmallest(plain);
                if (less.isPresent()) {
                    coded++;
                    assertThat(less.get()).hasSizeLessThan(length);
                    assertThat(decoded(less.get(), length)).isEqualTo(plain);
                    // Outside of the heap and in the middle of something, as a mapped file is.
                    ByteBuffer direct = ByteBuffer.allocateDirect(less.get().length + 9);
                    direct.position(5).put(less.get()).flip().position(5);
                    assertThat(decoded(direct, length)).isEqualTo(plain);
                }
            }
        }
        assertThat(coded).isGreaterThan(50);
    }

    @Test
    void small_integers_take_their_entropy() {
        Random random = new Random(2);
        for (int bits = 1; bits <= 6; bits++) {
            byte[] plain = gaussian(random, 100_000, bits);
            byte[] less = PartEncoder.encode(plain, NO_CUTS).orElseThrow();
            assertThat((double) less.length)
                    .as("%s bits", bits)
                    .isBetween(entropyBytes(plain), entropyBytes(plain) * 1.01 + 400);
        }
    }

    @Test
    void tensors_of_unlike_numbers_have_models_of_their_own() {
        Random random = new Random(3);
        byte[] narrow = gaussian(random, 50_000, 2);
        byte[] wide = gaussian(random, 50_000, 7);
        byte[] both = Arrays.copyOf(narrow, 100_000);
        System.arraycopy(wide, 0, both, 50_000, 50_000);
        double entropy = entropyBytes(narrow) + entropyBytes(wide);
        byte[] cut = PartEncoder.encode(both, new TreeSet<>(List.of(50_000))).orElseThrow();
        assertThat((double) cut.length).isLessThan(entropy * 1.01 + 400);
        assertThat(PartEncoder.encode(both, NO_CUTS).orElseThrow()).hasSizeGreaterThan(cut.length + 2000);
        assertThat(decoded(cut, 100_000)).isEqualTo(both);
    }

    @Test
    void exponents_of_floats_are_coded_and_their_fractions_are_not() {
        Random random = new Random(4);
        ByteBuffer floats = ByteBuffer.allocate(80_000).order(ByteOrder.LITTLE_ENDIAN);
        while (floats.hasRemaining()) {
            floats.putFloat((float) random.nextGaussian() * 0.05f);
        }
        byte[] less = PartEncoder.encode(floats.array(), NO_CUTS).orElseThrow();
        assertThat(less.length).isBetween(62_000, 70_000);
        assertThat(decoded(less, 80_000)).isEqualTo(floats.array());
    }

    @Test
    void text_and_code_that_repeat_take_less_when_bits_are_predicted() {
        StringBuilder text = new StringBuilder();
        Random random = new Random(8);
        for (int i = 0; i < 400; i++) {
            text.append("step ")
                    .append(i)
                    .append(": Conv of ")
                    .append(16 << random.nextInt(3))
                    .append(" channels\n");
        }
        byte[] plain = text.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] less = PartEncoder.encodeSmallest(plain).orElseThrow();
        assertThat(less[0]).isEqualTo((byte) PartDecoder.MIXED);
        assertThat(less.length).isLessThan(PartEncoder.encode(plain, NO_CUTS).orElseThrow().length * 3 / 4);
        assertThat(decoded(less, plain.length)).isEqualTo(plain);
        assertThat(PartEncoder.encodeSmallest(plain.clone())).contains(less);
        byte[] longer = Arrays.copyOf(plain, PartDecoder.PIECE_BYTES + 1);
        assertThat(PartEncoder.encodeSmallest(longer).orElseThrow()[0]).isNotEqualTo((byte) PartDecoder.MIXED);
    }

    @Test
    void noise_stays_as_it_is() {
        byte[] noise = new byte[10_000];
        new Random(5).nextBytes(noise);
        assertThat(PartEncoder.encode(noise, NO_CUTS)).isEmpty();
        assertThat(PartEncoder.encode(new byte[0], NO_CUTS)).isEmpty();
    }

    @Test
    void text_is_deflated() {
        byte[] text = "a bundle, every part has the digest that it was written with\n"
                .repeat(50)
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] less = PartEncoder.encode(text, NO_CUTS).orElseThrow();
        assertThat(less[0]).isEqualTo((byte) PartDecoder.DEFLATED);
        assertThat(less).hasSizeLessThan(150);
        assertThat(decoded(less, text.length)).isEqualTo(text);
    }

    @Test
    void equal_bytes_are_coded_alike() {
        byte[] plain = gaussian(new Random(6), 30_000, 4);
        assertThat(PartEncoder.encode(plain, NO_CUTS))
                .contains(PartEncoder.encode(plain.clone(), NO_CUTS).orElseThrow());
    }

    @Test
    void damaged_bytes_of_every_method_are_noticed() {
        Random random = new Random(7);
        byte[] numbers = gaussian(random, 3000, 3);
        byte[] text = new byte[3000];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (i % 97 * (i % 31));
        }
        byte[] mixed = Arrays.copyOf(text, 700);
        for (byte[] plain : List.of(numbers, text, mixed)) {
            byte[] good = plain == mixed
                    ? PartEncoder.encodeSmallest(plain).orElseThrow()
                    : PartEncoder.encode(plain, NO_CUTS).orElseThrow();
            int noticed = 0;
            for (int at = 0; at < good.length; at++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << random.nextInt(8));
                try {
                    assertThat(decoded(bad, plain.length)).isEqualTo(plain);
                } catch (ModelException e) {
                    assertThat(e.code()).isEqualTo(Code.BAD_BUNDLE);
                    noticed++;
                }
            }
            // Deflate fills its last byte with bits that mean nothing.
            assertThat(noticed).isGreaterThanOrEqualTo(good.length - 1);
            for (int length = 0; length < good.length; length += 3) {
                byte[] cut = Arrays.copyOf(good, length);
                assertCode(Code.BAD_BUNDLE, () -> decoded(cut, plain.length));
            }
            assertCode(Code.BAD_BUNDLE, () -> decoded(Arrays.copyOf(good, good.length + 1), plain.length));
            assertCode(Code.BAD_BUNDLE, () -> decoded(good, plain.length - 1));
            assertCode(Code.BAD_BUNDLE, () -> decoded(good, plain.length + 1));
        }
    }

    @Test
    void part_that_would_be_far_longer_than_its_bytes_is_not_believed() {
        assertThat(PartDecoder.isPlausible(1 << 20, 1)).isTrue();
        assertThat(PartDecoder.isPlausible(2_000_000_000, 10_000)).isFalse();
        byte[] zeros = new byte[8 << 20];
        assertThat(PartEncoder.encode(zeros, NO_CUTS)).isEmpty();
    }

    private static byte[] decoded(byte[] stored, int length) {
        return decoded(ByteBuffer.wrap(stored), length);
    }

    private static byte[] decoded(ByteBuffer stored, int length) {
        ByteBuffer plain = ByteBuffer.allocate(length);
        PartDecoder.decode(stored, length, plain::put);
        assertThat(plain.hasRemaining()).isFalse();
        return plain.array();
    }

    private static byte[] gaussian(Random random, int length, int bits) {
        byte[] bytes = new byte[length];
        double limit = (1 << bits) / 2.0;
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) Math.rint(Math.max(-limit, Math.min(limit - 1, random.nextGaussian() * limit / 3)));
        }
        return bytes;
    }

    private static double entropyBytes(byte[] bytes) {
        int[] counts = new int[256];
        for (byte b : bytes) {
            counts[b & 0xff]++;
        }
        double bits = 0;
        for (int count : counts) {
            bits -= count == 0 ? 0 : count * Math.log((double) count / bytes.length) / Math.log(2);
        }
        return bits / 8;
    }
}
