package io.selvedge.compiler.onnx;

import java.util.List;
import java.util.Optional;

/** What a name of the file stands for. The graph that is built has tensors only; lists and options are settled here. */
sealed interface Value {
    /** An optional input that was left out, or an output that nobody wants. */
    record Absent() implements Value {}

    /** A tensor, by its name in the graph that is built. */
    record Single(String name) implements Value {}

    /** A list whose length is known. */
    record Sequence(List<Value> elements) implements Value {
        public Sequence {
            elements = List.copyOf(elements);
        }
    }

    /** A value of optional type; whether it is there is known. */
    record Maybe(Optional<Value> content) implements Value {}

    /** The kind in words, for messages. */
    default String kind() {
        return switch (this) {
            case Absent _ -> "absent";
            case Single _ -> "a tensor";
            case Sequence(List<Value> elements) -> "a sequence of " + elements.size();
            case Maybe(Optional<Value> content) ->
                content.map(value -> "an optional of " + value.kind()).orElse("an empty optional");
        };
    }
}
