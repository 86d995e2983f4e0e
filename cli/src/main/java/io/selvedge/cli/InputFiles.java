package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.runtime.TensorBuffer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Values of {@code --input}: {@code NAME=FILE.npy}, or the file alone for a model with one input. An array with one axis more
 * than its input holds the input of one call after the other.
 */
record InputFiles(List<String> arguments) {
    InputFiles {
        arguments = List.copyOf(arguments);
    }

    /**
     * Arrays that fit the inputs of a session.
     *
     * @param calls how many calls the sequences among them hold; empty when each array is one input of one call
     */
    record Arrays(Map<TensorBuffer, NpyFile> values, OptionalInt calls) {
        /** Puts the inputs of call {@code call} where the session reads them. */
        void fill(int call) {
            values.forEach((tensor, array) -> {
                ByteBuffer bytes = array.bytes().duplicate();
                int length = tensor.bytes().remaining();
                int from = isSequence(array, tensor) ? call * length : 0;
                tensor.bytes().put(bytes.slice(from, length));
            });
        }
    }

    /** @throws SelvedgeException BAD_OPTION, DATA_NOT_FOUND, BAD_DATA, DTYPE_MISMATCH or SHAPE_MISMATCH */
    Arrays read(List<TensorBuffer> tensors) {
        Map<String, Path> files = byName(tensors);
        Map<TensorBuffer, NpyFile> values = new LinkedHashMap<>();
        List<String> sequences = new ArrayList<>();
        OptionalInt calls = OptionalInt.empty();
        for (TensorBuffer tensor : tensors) {
            Path file = files.get(tensor.name());
            if (file == null) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "the model also needs --input " + tensor.name() + "=FILE.npy (" + type(tensor) + ")");
            }
            NpyFile array = NpyFile.read(file);
            check(array, file, tensor);
            values.put(tensor, array);
            if (isSequence(array, tensor)) {
                int length = array.shape().getFirst();
                sequences.add(file + " " + length);
                if (calls.orElse(length) != length) {
                    throw new SelvedgeException(
                            ErrorCode.SHAPE_MISMATCH,
                            "sequences of inputs must be equally long; " + String.join(" calls, ", sequences)
                                    + " calls");
                }
                calls = OptionalInt.of(length);
            }
        }
        return new Arrays(values, calls);
    }

    private Map<String, Path> byName(List<TensorBuffer> tensors) {
        List<String> names = tensors.stream().map(TensorBuffer::name).toList();
        Map<String, Path> files = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 0 && names.size() != 1) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--input " + argument + " names no input; write NAME=FILE.npy with one of " + names);
            }
            String name = equals < 0 ? names.getFirst() : argument.substring(0, equals);
            if (!names.contains(name)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--input " + argument + ": the model has no input '" + name + "'; it has " + names);
            }
            if (files.put(name, Path.of(argument.substring(equals + 1))) != null) {
                throw new SelvedgeException(ErrorCode.BAD_OPTION, "--input gives '" + name + "' twice");
            }
        }
        return files;
    }

    private static void check(NpyFile array, Path file, TensorBuffer tensor) {
        if (array.dtype() != tensor.dtype()) {
            throw new SelvedgeException(
                    ErrorCode.DTYPE_MISMATCH,
                    "input '" + tensor.name() + "' is " + type(tensor) + "; " + file + " holds "
                            + array.dtype().onnxName() + "; convert it with numpy's astype");
        }
        if (!isSequence(array, tensor) && !equal(array.shape(), tensor.shape())) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "input '" + tensor.name() + "' is " + type(tensor) + "; " + file + " has shape " + array.shape()
                            + "; a sequence of inputs has one more axis in front");
        }
    }

    private static boolean isSequence(NpyFile array, TensorBuffer tensor) {
        List<Integer> shape = array.shape();
        return shape.size() == tensor.shape().size() + 1
                && shape.getFirst() > 0
                && shape.subList(1, shape.size()).equals(tensor.shape());
    }

    private static String type(TensorBuffer tensor) {
        return tensor.dtype().onnxName() + tensor.shape();
    }

    private static boolean equal(List<Integer> a, List<Integer> b) {
        return withoutLeadingOnes(a).equals(withoutLeadingOnes(b));
    }

    private static List<Integer> withoutLeadingOnes(List<Integer> shape) {
        int first = 0;
        while (first < shape.size() && shape.get(first) == 1) {
            first++;
        }
        return shape.subList(first, shape.size());
    }
}
