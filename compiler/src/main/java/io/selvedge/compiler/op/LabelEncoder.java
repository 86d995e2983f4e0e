package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Replaces every element that is a key by the value at the key's place, and every other by the default: of ai.onnx.ml. Keys
 * and values are numbers or strings, [count] each.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_LabelEncoder.html">ONNX LabelEncoder</a>
 */
public record LabelEncoder(Tensor keys, Tensor values, Tensor otherwise) implements Op {
    public LabelEncoder {
        if (keys.elements() != values.elements()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "needs as many keys as values, got " + keys + " and " + values);
        }
        if (otherwise.elements() != 1 || otherwise.dtype() != values.dtype()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "needs one default of the values' dtype, got " + otherwise);
        }
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        if (call.opset() == 1) {
            return readClasses(call);
        }
        Tensor values = list(attributes, "values");
        return new LabelEncoder(list(attributes, "keys"), values, otherwise(attributes, values.dtype()));
    }

    /** Version 1: strings become their place in the list of classes, and places become strings. */
    private static Op readClasses(OpCall call) {
        List<String> classes = call.attributes().texts("classes_strings");
        Tensor names = Tensor.texts(classes, classes.size());
        Tensor places = Tensor.integers(TensorType.of(DType.INT64, classes.size()), i -> i);
        return call.inputType(0).dtype() == DType.STRING
                ? new LabelEncoder(names, places, otherwise(call.attributes(), DType.INT64))
                : new LabelEncoder(places, names, otherwise(call.attributes(), DType.STRING));
    }

    private static Tensor list(Attributes attributes, String name) {
        if (attributes.has(name + "_strings")) {
            List<String> texts = attributes.texts(name + "_strings");
            return Tensor.texts(texts, texts.size());
        }
        return attributes
                .tensor(name + "_tensor")
                .or(() -> attributes.longs(name + "_int64s").map(array -> Tensor.longs(array, array.length)))
                .or(() -> attributes.floats(name + "_floats").map(array -> Tensor.floats(array, array.length)))
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE,
                        "needs " + name + "_strings, _int64s, _floats or _tensor, has "
                                + attributes.asMap().keySet()));
    }

    private static Tensor otherwise(Attributes attributes, DType dtype) {
        return attributes.tensor("default_tensor").orElseGet(() -> {
            TensorType type = TensorType.of(dtype, 1);
            if (dtype == DType.STRING) {
                return Tensor.texts(List.of(attributes.text("default_string", "_Unused")), 1);
            }
            return dtype.isFloat()
                    ? Tensor.filled(type, _ -> attributes.number("default_float", -0f))
                    : Tensor.integers(type, _ -> attributes.integer("default_int64", -1));
        });
    }

    @Override
    public String type() {
        return "LabelEncoder";
    }

    @Override
    public String domain() {
        return OpCatalog.ML;
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("keys_tensor", keys, "values_tensor", values, "default_tensor", otherwise);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        if (x.dtype() != keys.dtype()) {
            throw new SelvedgeException(ErrorCode.DTYPE_MISMATCH, "needs X of the keys' dtype, got " + x + ", " + keys);
        }
        return List.of(new TensorType(values.dtype(), x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Map<Object, Integer> places = new HashMap<>();
        for (int i = 0; i < keys.elements(); i++) {
            places.putIfAbsent(key(keys, i), i);
        }
        int none = values.elements();
        int[] sources = new int[x.elements()];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = places.getOrDefault(key(x, i), none);
        }
        Tensor all = new Concat(0)
                .evaluate(List.of(
                        Optional.of(values),
                        Optional.of(otherwise.reshaped(
                                TensorType.of(values.dtype(), 1).shape()))))
                .getFirst();
        return List.of(all.select(x.shape(), sources));
    }

    /** Something whose equality is that of the element; NaN equals NaN, and both zeros are one. */
    private static Object key(Tensor tensor, int i) {
        if (tensor.dtype() == DType.STRING) {
            return tensor.getText(i);
        }
        return tensor.dtype().isFloat() ? (Object) (tensor.getDouble(i) + 0.0) : (Object) tensor.getLong(i);
    }
}
