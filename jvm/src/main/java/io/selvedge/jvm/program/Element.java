package io.selvedge.jvm.program;

/** Element types by ONNX's codes, with the width in bytes and the array that holds them. */
public enum Element {
    FLOAT32(1, Storage.FLOATS),
    UINT8(2, Storage.BYTES),
    INT8(3, Storage.BYTES),
    UINT16(4, Storage.SHORTS),
    INT16(5, Storage.SHORTS),
    INT32(6, Storage.INTS),
    INT64(7, Storage.LONGS),
    BOOL(9, Storage.BYTES),
    FLOAT16(10, Storage.SHORTS),
    FLOAT64(11, Storage.DOUBLES),
    UINT32(12, Storage.INTS),
    UINT64(13, Storage.LONGS),
    BFLOAT16(16, Storage.SHORTS),
    FLOAT8E4M3FN(17, Storage.BYTES),
    FLOAT8E4M3FNUZ(18, Storage.BYTES),
    FLOAT8E5M2(19, Storage.BYTES),
    FLOAT8E5M2FNUZ(20, Storage.BYTES),
    UINT4(21, Storage.BYTES),
    INT4(22, Storage.BYTES);

    /** Java's arrays. */
    public enum Storage {
        BYTES(1),
        SHORTS(2),
        INTS(4),
        LONGS(8),
        FLOATS(4),
        DOUBLES(8);

        private final int width;

        Storage(int width) {
            this.width = width;
        }

        /** Bytes of an element. */
        public int width() {
            return width;
        }
    }

    private final int code;
    private final Storage storage;

    Element(int code, Storage storage) {
        this.code = code;
        this.storage = storage;
    }

    /** ONNX's number for it. */
    public int code() {
        return code;
    }

    public Storage storage() {
        return storage;
    }

    public int width() {
        return storage.width();
    }
}
