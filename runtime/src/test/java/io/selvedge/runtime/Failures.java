package io.selvedge.runtime;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvedge.runtime.ModelException.Code;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;

/** Assertions about coded failures. */
final class Failures {
    private Failures() {}

    static ThrowableAssertAlternative<ModelException> assertCode(Code code, ThrowingCallable action) {
        return assertThatExceptionOfType(ModelException.class)
                .isThrownBy(action)
                .withMessageStartingWith(code + ": ")
                .matches(e -> e.code() == code);
    }
}
