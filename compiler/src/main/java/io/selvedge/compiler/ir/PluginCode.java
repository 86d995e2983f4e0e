package io.selvedge.compiler.ir;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Calls into operators that came with a plugin, which has a class loader of its own. What such an operator throws, and what
 * contradicts its own statements, is the plugin's fault, and the message says so.
 */
public final class PluginCode {
    private PluginCode() {}

    /** Whether the operator's class came with a plugin. */
    public static boolean isOf(Op op) {
        return op.getClass().getClassLoader() != Op.class.getClassLoader();
    }

    /**
     * Calls a method of the node's operator.
     *
     * @throws SelvedgeException BAD_PLUGIN when it is a plugin's and throws anything but a SelvedgeException
     */
    public static <T> T call(Node node, String method, Supplier<T> body) {
        return isOf(node.op()) ? call(plugin(node.op()), subject(node), method, body) : body.get();
    }

    /** Calls what is known to be a plugin's; {@code subject} is what messages name. */
    public static <T> T call(String plugin, String subject, String method, Supplier<T> body) {
        try {
            return Objects.requireNonNull(body.get(), "it gives null");
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            if (e instanceof SelvedgeException own) {
                throw own;
            }
            String remedy = e instanceof LinkageError
                    ? "; build the plugin against this version of Selvedge"
                    : "; correct the plugin";
            throw new SelvedgeException(
                    ErrorCode.BAD_PLUGIN,
                    subject + " of " + plugin + " fails in " + method + ": " + e + place(e, plugin) + remedy,
                    e);
        }
    }

    /** The line of the plugin's own code that is nearest to the fault. */
    private static String place(Throwable fault, String plugin) {
        return Stream.of(fault.getStackTrace())
                .filter(frame ->
                        frame.getClassLoaderName() != null && plugin.endsWith(" " + frame.getClassLoaderName()))
                .findFirst()
                .map(frame -> " at " + frame.getClassName() + "." + frame.getMethodName() + "(" + frame.getFileName()
                        + ":" + frame.getLineNumber() + ")")
                .orElse("");
    }

    /** One result for each output at least. */
    static <T> List<T> results(Node node, String method, Supplier<List<T>> body) {
        List<T> results = call(node, method, body);
        if (isOf(node.op())) {
            boolean complete =
                    results.size() >= node.outputs().size() && results.stream().allMatch(Objects::nonNull);
            require(
                    complete,
                    node,
                    method + " gives " + results + " for " + node.outputs().size() + " outputs");
        }
        return results;
    }

    static void requireInferred(Node node, List<Optional<Tensor>> values, List<Tensor> results) {
        List<Optional<TensorType>> types =
                values.stream().map(value -> value.map(Tensor::type)).toList();
        List<TensorType> inferred = node.infer(types, values);
        for (int i = 0; i < node.outputs().size(); i++) {
            TensorType found = results.get(i).type();
            require(
                    found.equals(inferred.get(i)),
                    node,
                    "evaluate gives " + found + " for output " + i + ", where infer says " + inferred.get(i));
        }
    }

    /** Holds a plugin's operator to what it states.
     *  @throws SelvedgeException BAD_PLUGIN unless the condition holds for the plugin's operator */
    public static void require(boolean condition, Node node, String found) {
        if (!condition) {
            throw new SelvedgeException(
                    ErrorCode.BAD_PLUGIN,
                    subject(node) + " of " + plugin(node.op()) + ": " + found + "; correct the plugin");
        }
    }

    private static String subject(Node node) {
        // The type is the plugin's code too, which may be what fails.
        return "operator " + node.op().getClass().getSimpleName() + " '" + node.name() + "'";
    }

    private static String plugin(Op op) {
        return "plugin "
                + Optional.ofNullable(op.getClass().getClassLoader())
                        .map(loader -> String.valueOf(loader.getName()))
                        .orElse("");
    }
}
