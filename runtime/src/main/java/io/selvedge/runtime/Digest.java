package io.selvedge.runtime;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 as 64 hexadecimal digits in lower case. */
final class Digest {
    private final MessageDigest sha256;

    Digest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String of(byte[] bytes) {
        return of(ByteBuffer.wrap(bytes));
    }

    /** Digest of what remains in {@code bytes}, whose position stays. */
    static String of(ByteBuffer bytes) {
        Digest digest = new Digest();
        digest.update(bytes.duplicate());
        return digest.hex();
    }

    void update(ByteBuffer bytes) {
        sha256.update(bytes);
    }

    String hex() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
