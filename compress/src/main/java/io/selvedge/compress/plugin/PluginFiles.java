package io.selvedge.compress.plugin;

import io.selvedge.compiler.PluginJar;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.PluginFunction;
import io.selvedge.compiler.onnx.Plugins;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The files that {@code --plugin} names: jars, told by their first bytes, else YAML functions. */
public final class PluginFiles {
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    private PluginFiles() {}

    /**
     * All of them together.
     *
     * @throws SelvedgeException BAD_OPTION when there is no such file, IO_ERROR, BAD_PLUGIN when one cannot be read or they
     *     contradict each other
     */
    public static Plugins read(List<Path> files) {
        List<Plugins.Operator> operators = new ArrayList<>();
        List<PluginFunction> functions = new ArrayList<>();
        for (Path file : files) {
            if (isJar(file)) {
                operators.addAll(PluginJar.read(file));
            } else {
                functions.add(FunctionFile.read(file));
            }
        }
        return new Plugins(operators, functions);
    }

    private static boolean isJar(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--plugin " + file + ": there is no such file; name a jar with operators or a YAML function");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return file.toString().endsWith(".jar") || Arrays.equals(in.readNBytes(ZIP.length), ZIP);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "plugin " + file + " cannot be read (" + IoReason.of(e) + "); check its permissions",
                    e);
        }
    }
}
