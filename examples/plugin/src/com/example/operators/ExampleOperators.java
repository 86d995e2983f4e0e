package com.example.operators;

import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.op.OpProvider;
import java.util.List;

/** The operators of this jar, a line each. META-INF/services names this class. */
public final class ExampleOperators implements OpProvider {
    static final String DOMAIN = "com.example";

    @Override
    public List<OpCatalog.Entry> entries() {
        return List.of(
                new OpCatalog.Entry(DOMAIN, "Snake", List.of(1), Snake::read),
                new OpCatalog.Entry(DOMAIN, "Glu", List.of(1), Glu::read));
    }
}
