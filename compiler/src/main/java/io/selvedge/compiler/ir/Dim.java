package io.selvedge.compiler.ir;

/** One extent: known, or a named unknown that the command line binds. */
public sealed interface Dim {
    record Known(long value) implements Dim {
        public Known {
            if (value < 0) {
                throw new IllegalArgumentException("negative extent " + value);
            }
        }

        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    record Symbol(String name) implements Dim {
        @Override
        public String toString() {
            return name;
        }
    }
}
