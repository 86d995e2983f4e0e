package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.runtime.TensorBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of {@code --input}: {@code NAME=FILE.npy}, or the file alone for a model with one input. */
record InputFiles(List<String> arguments) {
    InputFiles {
        arguments = List.copyOf(arguments);
    }

    /** @throws SelvedgeException BAD_OPTION, DATA_NOT_FOUND, BAD_DATA, DTYPE_MISMATCH or SHAPE_MISMATCH */
    void fill(List<TensorBuffer> tensors) {
        Map<String, Path> files = byName(tensors);
        for (TensorBuffer tensor : tensors) {
            Path file = files.get(tensor.name());
            if (file == null) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "the model also needs --input " + tensor.name() + "=FILE.npy (" + type(tensor) + ")");
            }
            copy(NpyFile.read(file), file, tensor);
        }
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

    private static void copy(NpyFile array, Path file, TensorBuffer tensor) {
        if (array.dtype() != tensor.dtype()) {
            throw new SelvedgeException(
                    ErrorCode.DTYPE_MISMATCH,
                    "input '" + tensor.name() + "' is " + type(tensor) + "; " + file + " holds "
                            + array.dtype().onnxName() + "; convert it with numpy's astype");
        }
        if (!withoutLeadingOnes(array.shape()).equals(withoutLeadingOnes(tensor.shape()))) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "input '" + tensor.name() + "' is " + type(tensor) + "; " + file + " has shape " + array.shape());
        }
        tensor.bytes().put(array.bytes().duplicate());
    }

    private static String type(TensorBuffer tensor) {
        return tensor.dtype().onnxName() + tensor.shape();
    }

    private static List<Integer> withoutLeadingOnes(List<Integer> shape) {
        int first = 0;
        while (first < shape.size() && shape.get(first) == 1) {
            first++;
        }
        return shape.subList(first, shape.size());
    }
}
