package io.selvedge.compiler.toolchain;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The dynamic symbols of a 64-bit little-endian ELF library: what it defines and what it wants from others. */
record ElfSymbols(List<String> defined, List<String> undefined) {
    private static final int SHT_DYNSYM = 11;

    static ElfSymbols of(Path library) throws IOException {
        ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(library)).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) elf.getLong(0x28);
        int sectionBytes = elf.getShort(0x3A);
        int sectionCount = elf.getShort(0x3C);
        List<String> defined = new ArrayList<>();
        List<String> undefined = new ArrayList<>();
        for (int i = 0; i < sectionCount; i++) {
            int header = sections + i * sectionBytes;
            if (elf.getInt(header + 4) != SHT_DYNSYM) {
                continue;
            }
            int start = (int) elf.getLong(header + 0x18);
            int bytes = (int) elf.getLong(header + 0x20);
            int names = (int) elf.getLong(sections + elf.getInt(header + 0x28) * sectionBytes + 0x18);
            for (int symbol = start + 24; symbol < start + bytes; symbol += 24) {
                String name = text(elf, names + elf.getInt(symbol));
                (elf.getShort(symbol + 6) == 0 ? undefined : defined).add(name);
            }
        }
        return new ElfSymbols(defined, undefined);
    }

    private static String text(ByteBuffer elf, int start) {
        StringBuilder text = new StringBuilder();
        for (int i = start; elf.get(i) != 0; i++) {
            text.append((char) elf.get(i));
        }
        return text.toString();
    }
}
