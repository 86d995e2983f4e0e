package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory outside of the heap that begins at a multiple of 64 bytes. It lives as long as {@code bytes} or a view of it
 * is reachable.
 *
 * @param bytes exactly the memory that was asked for, little endian
 * @param address where it begins
 */
record NativeMemory(ByteBuffer bytes, long address) {
    /** @throws ModelException OUT_OF_MEMORY */
    static NativeMemory allocate(NativeCode code, int byteCount, String what) {
        ByteBuffer block;
        try {
            block = ByteBuffer.allocateDirect(byteCount + Manifest.ALIGNMENT);
        } catch (OutOfMemoryError e) {
            throw new ModelException(
                    Code.OUT_OF_MEMORY,
                    what + " needs " + byteCount + " bytes of direct memory (" + e.getMessage()
                            + "); close other sessions or raise -XX:MaxDirectMemorySize",
                    e);
        }
        int skip = (int) (-code.addressOf(block) & (Manifest.ALIGNMENT - 1));
        return of(code, block.slice(skip, byteCount));
    }

    /** The memory of {@code direct}, copied when it is not aligned. */
    static NativeMemory aligned(NativeCode code, ByteBuffer direct, String what) {
        NativeMemory memory = of(code, direct);
        if ((memory.address & (Manifest.ALIGNMENT - 1)) == 0) {
            return memory;
        }
        NativeMemory copy = allocate(code, direct.remaining(), what);
        copy.bytes.duplicate().put(direct.duplicate());
        return copy;
    }

    private static NativeMemory of(NativeCode code, ByteBuffer direct) {
        return new NativeMemory(direct.order(ByteOrder.LITTLE_ENDIAN), code.addressOf(direct));
    }
}
