package io.selvedge.compiler;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.PluginCode;
import io.selvedge.compiler.onnx.Plugins;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.op.OpProvider;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.zip.ZipFile;

/** A jar with operators in Java. It runs with all rights of the process: who names it trusts it. */
public final class PluginJar {
    private static final String SERVICE = "META-INF/services/" + OpProvider.class.getName();

    private PluginJar() {}

    /**
     * The operators of every provider in the jar, which stays open as long as they are used.
     *
     * @throws SelvedgeException BAD_PLUGIN when it is no jar, has no provider, or a provider fails
     */
    public static List<Plugins.Operator> read(Path file) {
        String name = String.valueOf(file.getFileName());
        requireService(file);
        // Its name is what messages call the plugin, see PluginCode.
        ClassLoader loader = new URLClassLoader(name, new URL[] {url(file)}, OpProvider.class.getClassLoader());
        List<Plugins.Operator> operators = new ArrayList<>();
        for (OpProvider provider : providers(loader, file)) {
            List<OpCatalog.Entry> entries = PluginCode.call(
                    "plugin " + name,
                    "provider " + provider.getClass().getName(),
                    "entries",
                    () -> List.copyOf(provider.entries()));
            entries.forEach(entry -> operators.add(new Plugins.Operator(name, entry)));
        }
        return operators;
    }

    private static List<OpProvider> providers(ClassLoader loader, Path file) {
        List<OpProvider> providers = new ArrayList<>();
        try {
            ServiceLoader.load(OpProvider.class, loader).forEach(providers::add);
        } catch (ServiceConfigurationError | LinkageError e) {
            String cause = e.getCause() == null ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + e.getCause();
            throw new SelvedgeException(
                    ErrorCode.BAD_PLUGIN,
                    "plugin " + file + " cannot be loaded: " + cause + "; correct what " + SERVICE
                            + " names, and build the jar against this version of Selvedge",
                    e);
        }
        return providers;
    }

    private static void requireService(Path file) {
        try (ZipFile jar = new ZipFile(file.toFile())) {
            if (jar.getEntry(SERVICE) == null) {
                throw new SelvedgeException(
                        ErrorCode.BAD_PLUGIN,
                        "plugin " + file + " has no provider of operators; name its class in " + SERVICE
                                + " of the jar, see examples/plugin");
            }
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.BAD_PLUGIN,
                    "plugin " + file + " is not a jar, or it is damaged (" + IoReason.of(e) + "); build it again",
                    e);
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(file + " has no address", e);
        }
    }
}
