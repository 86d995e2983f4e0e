package io.selvedge.compiler.emit.c;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The hand-written C headers, packed in the jar under {@code /io/selvedge/compiler/c}. */
final class KernelHeaders {
    private static final String FOLDER = "/io/selvedge/compiler/c/";
    private static final Pattern INCLUDE = Pattern.compile("(?m)^\\s*#include \"([^\"]+)\"");

    private KernelHeaders() {}

    /** The named headers and all that they include, by name. */
    static Map<String, String> closure(Iterable<String> names) {
        Map<String, String> headers = new TreeMap<>();
        names.forEach(name -> collect(name, headers));
        return headers;
    }

    private static void collect(String name, Map<String, String> headers) {
        if (headers.containsKey(name)) {
            return;
        }
        String text = read(name);
        headers.put(name, text);
        Matcher matcher = INCLUDE.matcher(text);
        while (matcher.find()) {
            collect(matcher.group(1), headers);
        }
    }

    private static String read(String name) {
        try (InputStream in = KernelHeaders.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("the compiler's jar lacks " + FOLDER + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
