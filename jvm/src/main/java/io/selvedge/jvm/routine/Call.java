package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;

/**
 * What a routine is given: memory and constants in the order of the C function's parameters.
 *
 * @param places element at which each begins, inputs first, then y, then scratch if there is one
 */
record Call(Object[] arrays, int[] places, Element[] elements, long[] wholes, float[] reals, long[][] lists) {
    float[] floats(int operand) {
        return (float[]) arrays[operand];
    }

    byte[] bytes(int operand) {
        return (byte[]) arrays[operand];
    }

    int at(int operand) {
        return places[operand];
    }

    /** Constant number {@code index}, a size. */
    int size(int index) {
        return Math.toIntExact(wholes[index]);
    }

    boolean flag(int index) {
        return wholes[index] != 0;
    }
}
