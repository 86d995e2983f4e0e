package io.selvedge.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** The process's standard output, which remembers why it could not be written: a print writer swallows that. */
final class StandardOutput extends OutputStream {
    private final OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
    private Optional<IOException> failure = Optional.empty();

    /** The first reason; empty too when a reader such as {@code head} has merely gone away. */
    Optional<IOException> failure() {
        return failure.filter(e -> !String.valueOf(e.getMessage()).contains("Broken pipe"));
    }

    @Override
    public void write(int b) throws IOException {
        attempt(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        attempt(() -> out.write(bytes, from, count));
    }

    @Override
    public void flush() throws IOException {
        attempt(out::flush);
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private void attempt(Attempt attempt) throws IOException {
        try {
            attempt.run();
        } catch (IOException e) {
            failure = failure.or(() -> Optional.of(e));
            throw e;
        }
    }
}
