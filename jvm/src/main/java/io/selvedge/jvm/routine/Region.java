package io.selvedge.jvm.routine;

import io.selvedge.jvm.kernel.Convert;
import io.selvedge.jvm.program.Element;
import java.util.Arrays;

/** Elements of one type from a place in an array on. */
record Region(Element element, Object array, int at) {
    boolean isReal() {
        return element == Element.FLOAT32
                || element == Element.FLOAT64
                || element == Element.FLOAT16
                || element == Element.BFLOAT16;
    }

    long whole(int i) {
        return Convert.whole(element, array, at + i);
    }

    double real(int i) {
        return Convert.real(element, array, at + i);
    }

    void putWhole(int i, long value) {
        Convert.putWhole(element, array, at + i, value);
    }

    void putReal(int i, double value) {
        Convert.putReal(element, array, at + i, value);
    }

    /** {@code count} neighbours, bit for bit. */
    void copy(int to, Region from, int start, int count) {
        System.arraycopy(from.array, from.at + start, array, at + to, count);
    }

    /** Bytes of that value in {@code count} elements. */
    void fillBytes(int from, int count, int octet) {
        long all = (octet & 0xffL) * 0x0101010101010101L;
        int first = at + from;
        int end = first + count;
        switch (element.storage()) {
            case BYTES -> Arrays.fill((byte[]) array, first, end, (byte) all);
            case SHORTS -> Arrays.fill((short[]) array, first, end, (short) all);
            case INTS -> Arrays.fill((int[]) array, first, end, (int) all);
            case LONGS -> Arrays.fill((long[]) array, first, end, all);
            case FLOATS -> Arrays.fill((float[]) array, first, end, Float.intBitsToFloat((int) all));
            case DOUBLES -> Arrays.fill((double[]) array, first, end, Double.longBitsToDouble(all));
        }
    }

    /** Whether element a comes before element b; NaN, where there is one, behind all others. */
    boolean less(int a, int b) {
        if (isReal()) {
            double va = real(a);
            double vb = real(b);
            return va < vb || (va == va && vb != vb);
        }
        return element == Element.UINT64 ? Long.compareUnsigned(whole(a), whole(b)) < 0 : whole(a) < whole(b);
    }

    /** Element i as a place on an axis, negative ones counted from the end; -1 when it is on neither side of it. */
    int place(int i, int extent) {
        long index = whole(i);
        if (index < -extent || index >= extent) {
            return -1;
        }
        return (int) (index < 0 ? index + extent : index);
    }
}
