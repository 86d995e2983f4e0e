package io.selvedge.bench;

import io.selvedge.bench.start.EmptyStart;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A small program whose start is timed.
 *
 * @param libraries classes whose jars it needs
 * @param arguments files that its main method gets
 */
record JavaStart(String name, Class<?> main, List<Class<?>> libraries, List<Path> arguments) {
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable", "--enable-native-access=ALL-UNNAMED");

    JavaStart {
        libraries = List.copyOf(libraries);
        arguments = List.copyOf(arguments);
    }

    /** Milliseconds to the first line that the program prints, and what it prints then. */
    record Figures(double millis, double residentMebibytes) {}

    /** Everything that a start needs. */
    record Prepared(String name, boolean cached, List<String> command) {
        /** Runs to the end, because the JVM writes its cache there. */
        private void train() throws IOException {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                process.destroy();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        Figures run() throws IOException {
            long began = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
                String result = lines.readLine();
                double millis = (System.nanoTime() - began) / 1e6;
                String memory = lines.readLine();
                if (result == null || memory == null) {
                    throw new IOException("the program ended early: " + String.join(" ", command));
                }
                return new Figures(millis, Integer.parseInt(memory.replaceAll("\\D", "")) / 1024.0);
            } finally {
                process.destroy();
            }
        }
    }

    /** @param cached whether a run makes an AOT cache that later ones use */
    Prepared prepare(Path folder, boolean cached) throws IOException {
        String classPath = classPath(folder);
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> end = new ArrayList<>(OPTIONS);
        end.addAll(List.of("-cp", classPath, main.getName()));
        arguments.forEach(argument -> end.add(argument.toString()));
        List<String> command = new ArrayList<>(List.of(java.toString()));
        if (cached) {
            Path cache = folder.resolve(name.replace(' ', '-') + ".aot");
            List<String> training = new ArrayList<>(List.of(java.toString(), "-XX:AOTCacheOutput=" + cache));
            training.addAll(end);
            new Prepared(name, true, training).train();
            // Without AOTMode a cache that does not fit would only be left out.
            command.addAll(List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache));
        }
        command.addAll(end);
        return new Prepared(name, cached, command);
    }

    /** Jars alone: an AOT cache takes no folders. */
    private String classPath(Path folder) throws IOException {
        List<Path> jars = new ArrayList<>(List.of(jar(EmptyStart.class, folder)));
        for (Class<?> library : libraries) {
            jars.add(jar(library, folder));
        }
        return jars.stream().map(Path::toString).collect(Collectors.joining(System.getProperty("path.separator")));
    }

    private static Path jar(Class<?> of, Path folder) throws IOException {
        Path location = Path.of(java.net.URI.create(
                of.getProtectionDomain().getCodeSource().getLocation().toString()));
        if (Files.isRegularFile(location)) {
            return location;
        }
        Path jar = folder.resolve(of.getSimpleName() + ".jar");
        if (Files.exists(jar)) {
            return jar;
        }
        String inside = of.getPackageName().replace('.', '/');
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> classes = Files.list(location.resolve(inside))) {
            for (Path each : classes.filter(path -> path.toString().endsWith(".class"))
                    .sorted()
                    .toList()) {
                out.putNextEntry(new JarEntry(inside + "/" + each.getFileName()));
                try (InputStream in = Files.newInputStream(each)) {
                    in.transferTo(out);
                }
            }
        }
        return jar;
    }
}
