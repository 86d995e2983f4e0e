package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a TFLite file of one graph says, before it is given a meaning.
 *
 * @see <a href="https://ai.google.dev/edge/litert">LiteRT</a>, whose schema gives the numbers of the fields
 */
final class TfliteFile {
    private static final int VERSION = 3;

    /** An operator: what it is, which tensors it reads (-1 for an absent one) and writes; dilated where others around it say so. */
    record Operator(
            int index,
            int code,
            String custom,
            List<Integer> inputs,
            List<Integer> outputs,
            FlatTable options,
            Optional<Dilation> dilation) {
        Operator {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * Dilation of a convolution, height first.
     *
     * @param pads begins, then ends
     */
    record Dilation(List<Integer> factors, List<Integer> pads) {
        Dilation {
            factors = List.copyOf(factors);
            pads = List.copyOf(pads);
        }
    }

    private record OperatorCode(int builtin, String custom) {}

    private final FlatBytes bytes;
    private final List<FlatTable> buffers;
    private final List<TfliteTensor> tensors = new ArrayList<>();
    private final List<Integer> inputs;
    private final List<Integer> outputs;
    private final List<Operator> operators = new ArrayList<>();

    /** @throws SelvedgeException BAD_MODEL when it is not such a file or damaged, UNSUPPORTED_OP for several graphs */
    TfliteFile(byte[] content, String name) {
        this.bytes = new FlatBytes(content, name);
        if (!isTflite(content)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL, name + " is not a TFLite file: it does not have 'TFL3' at its fifth byte");
        }
        FlatTable model = FlatTable.root(bytes);
        if (model.integer(0, 0) != VERSION) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    name + " has schema version " + model.integer(0, 0) + "; TFLite files have version " + VERSION);
        }
        List<FlatTable> graphs = model.tables(2);
        if (graphs.size() != 1) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    name + " has " + graphs.size() + " graphs "
                            + graphs.stream().map(graph -> graph.text(4)).toList()
                            + "; supported is one. Convert one signature alone, with its branches decided and its loops unrolled");
        }
        this.buffers = model.tables(4);
        List<FlatTable> declared = graphs.getFirst().tables(0);
        for (int i = 0; i < declared.size(); i++) {
            tensors.add(TfliteTensor.read(declared.get(i), i, name));
        }
        this.inputs = indices(graphs.getFirst().integers(1), "inputs of the graph", false);
        this.outputs = indices(graphs.getFirst().integers(2), "outputs of the graph", false);
        readOperators(
                graphs.getFirst().tables(3),
                model.tables(1).stream().map(TfliteFile::code).toList());
    }

    /** Whether bytes, or the first eight of them, are those of a TFLite file. */
    static boolean isTflite(byte[] content) {
        return content.length >= 8 && new String(content, 4, 4, StandardCharsets.ISO_8859_1).equals("TFL3");
    }

    /** Old files have the operator's number in a byte, newer ones in an integer; the larger one holds. */
    private static OperatorCode code(FlatTable table) {
        return new OperatorCode(Math.max(table.small(0, 0), table.integer(3, 0)), table.text(1));
    }

    private void readOperators(List<FlatTable> tables, List<OperatorCode> codes) {
        for (int i = 0; i < tables.size(); i++) {
            FlatTable table = tables.get(i);
            int code = table.integer(0, 0);
            if (code < 0 || code >= codes.size()) {
                throw bytes.damaged("operator " + i + " refers to operator code " + code + " of " + codes.size());
            }
            operators.add(new Operator(
                    i,
                    codes.get(code).builtin(),
                    codes.get(code).custom(),
                    indices(table.integers(1), "inputs of operator " + i, true),
                    indices(table.integers(2), "outputs of operator " + i, false),
                    table.table(4).orElseGet(() -> FlatTable.empty(bytes)),
                    Optional.empty()));
        }
    }

    private List<Integer> indices(List<Integer> indices, String what, boolean optional) {
        for (int index : indices) {
            if (index >= tensors.size() || index < (optional ? -1 : 0)) {
                throw bytes.damaged("the " + what + " name tensor " + index + " of " + tensors.size());
            }
        }
        return indices;
    }

    String name() {
        return bytes.file();
    }

    List<TfliteTensor> tensors() {
        return tensors;
    }

    List<Integer> inputs() {
        return inputs;
    }

    List<Integer> outputs() {
        return outputs;
    }

    List<Operator> operators() {
        return operators;
    }

    /** The elements of a tensor that the file holds; empty for one that is computed. */
    Optional<Tensor> constant(TfliteTensor tensor) {
        if (tensor.buffer() >= buffers.size()) {
            throw bytes.damaged(
                    "tensor '" + tensor.name() + "' refers to buffer " + tensor.buffer() + " of " + buffers.size());
        }
        ByteBuffer content = content(buffers.get((int) tensor.buffer()));
        if (tensor.buffer() == 0 || content.remaining() == 0 || tensor.variable()) {
            return Optional.empty();
        }
        if (tensor.sparse()) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "tensor '" + tensor.name()
                            + "' is stored sparse, which is not supported; convert the model without " + "sparsity ("
                            + name() + ")");
        }
        TensorType type = tensor.type();
        long elements = type.shape().elements();
        long needed = tensor.code() == TfliteTensor.INT4
                ? (elements + 1) / 2
                : elements * type.dtype().bytes();
        if (content.remaining() != needed) {
            throw bytes.damaged("tensor '" + tensor.name() + "' is " + type + " and needs " + needed
                    + " bytes, its buffer has " + content.remaining());
        }
        bytes.spend(elements * type.dtype().bytes());
        if (tensor.code() == TfliteTensor.INT4) {
            // Two to a byte, the first one in the lower half.
            return Optional.of(Tensor.integers(type, i -> content.get(i / 2) << (i % 2 == 0 ? 28 : 24) >> 28));
        }
        byte[] copy = new byte[content.remaining()];
        content.get(0, copy);
        return Optional.of(Tensor.of(type, copy));
    }

    /** In the table, or behind all tables where files above 2 GB keep it. */
    private ByteBuffer content(FlatTable buffer) {
        long offset = buffer.longInteger(1);
        if (offset > 1) {
            long size = buffer.longInteger(2);
            return bytes.data().slice(bytes.at(offset, size), (int) size);
        }
        return buffer.blob(0);
    }

    /** Counts elements that are about to be computed from constants. */
    void spend(long bytesToHold) {
        bytes.spend(bytesToHold);
    }
}
