package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;

/** Elements of any type from and to the types that are computed in. INT8 is held with its top bit flipped, as u8. */
public final class Convert {
    private Convert() {}

    /** {@code n} elements that lie {@code stride} apart, as floats; what is 8 bits wide counts from 0 to 255. */
    static void toFloats(Element element, Object array, int at, int stride, float[] to, int toAt, int n) {
        switch (element) {
            case FLOAT32 -> {
                float[] from = (float[]) array;
                if (stride == 1) {
                    System.arraycopy(from, at, to, toAt, n);
                } else if (stride == 0) {
                    java.util.Arrays.fill(to, toAt, toAt + n, from[at]);
                } else {
                    for (int i = 0, p = at; i < n; i++, p += stride) {
                        to[toAt + i] = from[p];
                    }
                }
            }
            case UINT8, INT8, BOOL -> {
                byte[] from = (byte[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[toAt + i] = from[p] & 0xff;
                }
            }
            case INT32 -> {
                int[] from = (int[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[toAt + i] = from[p];
                }
            }
            case INT64 -> {
                long[] from = (long[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[toAt + i] = from[p];
                }
            }
            case FLOAT16 -> {
                short[] from = (short[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[toAt + i] = Halves.ofHalf(from[p]);
                }
            }
            case BFLOAT16 -> {
                short[] from = (short[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[toAt + i] = Halves.ofBfloat(from[p]);
                }
            }
            default -> throw new IllegalStateException("no floats of " + element);
        }
    }

    /** The other way; whole numbers are cut off. */
    static void ofFloats(Element element, float[] from, Object array, int at, int stride, int fromAt, int n) {
        switch (element) {
            case FLOAT32 -> {
                float[] to = (float[]) array;
                if (stride == 1) {
                    System.arraycopy(from, fromAt, to, at, n);
                } else {
                    for (int i = 0, p = at; i < n; i++, p += stride) {
                        to[p] = from[fromAt + i];
                    }
                }
            }
            case UINT8, INT8, BOOL -> {
                byte[] to = (byte[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[p] = (byte) (int) from[fromAt + i];
                }
            }
            case INT32 -> {
                int[] to = (int[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[p] = (int) from[fromAt + i];
                }
            }
            case INT64 -> {
                long[] to = (long[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[p] = (long) from[fromAt + i];
                }
            }
            case FLOAT16 -> {
                short[] to = (short[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[p] = Halves.toHalf(from[fromAt + i]);
                }
            }
            case BFLOAT16 -> {
                short[] to = (short[]) array;
                for (int i = 0, p = at; i < n; i++, p += stride) {
                    to[p] = Halves.toBfloat(from[fromAt + i]);
                }
            }
            default -> throw new IllegalStateException("no " + element + " of floats");
        }
    }

    /** One element as a whole number; u64 wraps, reals are cut off. */
    public static long whole(Element element, Object array, int at) {
        return switch (element) {
            case UINT8, BOOL, UINT4 -> ((byte[]) array)[at] & 0xff;
            case INT8 -> (byte) (((byte[]) array)[at] ^ 0x80);
            case INT4 -> ((byte[]) array)[at];
            case UINT16 -> ((short[]) array)[at] & 0xffff;
            case INT16 -> ((short[]) array)[at];
            case INT32 -> ((int[]) array)[at];
            case UINT32 -> ((int[]) array)[at] & 0xffffffffL;
            case INT64, UINT64 -> ((long[]) array)[at];
            default -> (long) real(element, array, at);
        };
    }

    /** One element as a real number. */
    public static double real(Element element, Object array, int at) {
        return switch (element) {
            case FLOAT32 -> ((float[]) array)[at];
            case FLOAT64 -> ((double[]) array)[at];
            case FLOAT16 -> Halves.ofHalf(((short[]) array)[at]);
            case BFLOAT16 -> Halves.ofBfloat(((short[]) array)[at]);
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ ->
                Octets.of(element).real(((byte[]) array)[at]);
            case UINT64 -> unsigned(((long[]) array)[at]);
            default -> (double) whole(element, array, at);
        };
    }

    /** An unsigned number of 64 bits. */
    static double unsigned(long bits) {
        return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
    }

    /** A real number as an unsigned one of 64 bits: cut off, what is too large becomes the largest. */
    static long toUnsigned(double value) {
        return !(value >= 0x1p63) ? (long) value : value >= 0x1p64 ? -1 : (long) (value - 0x1p63) ^ Long.MIN_VALUE;
    }

    /** Stores a whole number; it wraps. */
    public static void putWhole(Element element, Object array, int at, long value) {
        switch (element.storage()) {
            case BYTES ->
                ((byte[]) array)[at] = (byte)
                        switch (element) {
                            case INT8 -> value ^ 0x80;
                            case INT4 -> ((value & 15) ^ 8) - 8;
                            case UINT4 -> value & 15;
                            default -> value;
                        };
            case SHORTS -> ((short[]) array)[at] = (short) value;
            case INTS -> ((int[]) array)[at] = (int) value;
            case LONGS -> ((long[]) array)[at] = value;
            default -> putReal(element, array, at, (double) value);
        }
    }

    /** Stores a real number: rounded for floats, cut off for whole numbers, NaN is 0 there. */
    public static void putReal(Element element, Object array, int at, double value) {
        switch (element) {
            case FLOAT32 -> ((float[]) array)[at] = (float) value;
            case FLOAT64 -> ((double[]) array)[at] = value;
            case FLOAT16 -> ((short[]) array)[at] = Halves.toHalf((float) value);
            case BFLOAT16 -> ((short[]) array)[at] = Halves.toBfloat((float) value);
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ ->
                ((byte[]) array)[at] = Octets.of(element).bits(value);
            case UINT64 -> ((long[]) array)[at] = toUnsigned(value);
            default -> putWhole(element, array, at, (long) value);
        }
    }
}
