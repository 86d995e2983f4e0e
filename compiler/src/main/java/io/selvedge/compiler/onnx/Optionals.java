package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Optional;

/** Optional, OptionalHasElement, OptionalGetElement: whether a value is there is known while importing. */
final class Optionals {
    private Optionals() {}

    static List<Value> wrap(StructureCall call) {
        return List.of(new Value.Maybe(call.has(0) ? Optional.of(call.input(0)) : Optional.empty()));
    }

    static List<Value> has(StructureCall call) {
        boolean present = switch (call.input(0)) {
            case Value.Absent _ -> false;
            case Value.Maybe(Optional<Value> content) -> content.isPresent();
            case Value.Single _, Value.Sequence _ -> true;
        };
        Tensor answer = Tensor.integers(TensorType.of(DType.BOOL), _ -> present ? 1 : 0);
        return List.of(new Value.Single(call.builder().constant(call.name(), answer)));
    }

    /** The content; a value that is not optional is its own. */
    static List<Value> get(StructureCall call) {
        return List.of(
                switch (call.input(0)) {
                    case Value.Maybe(Optional<Value> content) ->
                        content.orElseThrow(() -> new SelvedgeException(
                                ErrorCode.BAD_GRAPH,
                                "takes the element of an empty optional; ask OptionalHasElement first"));
                    case Value.Single single -> single;
                    case Value.Sequence sequence -> sequence;
                    case Value.Absent _ ->
                        throw new SelvedgeException(ErrorCode.BAD_GRAPH, "needs input 0 (input); it is absent");
                });
    }
}
