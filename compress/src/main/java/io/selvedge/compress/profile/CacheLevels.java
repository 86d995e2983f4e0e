package io.selvedge.compress.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Sizes in bytes of the caches that one core reads data through, nearest first. */
record CacheLevels(List<Long> bytes) {
    private static final Path LINUX = Path.of("/sys/devices/system/cpu/cpu0/cache");

    /** Of many machines, for one that does not tell. */
    private static final List<Long> USUAL = List.of(32L << 10, 512L << 10, 16L << 20);

    CacheLevels {
        bytes = List.copyOf(bytes);
    }

    static CacheLevels ofHost() {
        return read(LINUX);
    }

    /** @param folder laid out as Linux describes the caches of a processor */
    static CacheLevels read(Path folder) {
        TreeMap<Integer, Long> sizes = new TreeMap<>();
        try {
            for (int index = 0; Files.isDirectory(folder.resolve("index" + index)); index++) {
                Path cache = folder.resolve("index" + index);
                if (!text(cache, "type").equals("Instruction")) {
                    sizes.put(Integer.parseInt(text(cache, "level")), bytes(text(cache, "size")));
                }
            }
        } catch (IOException | NumberFormatException e) {
            sizes.clear();
        }
        List<Long> increasing = new ArrayList<>();
        for (long size : sizes.values()) {
            if (size > 0 && (increasing.isEmpty() || size > increasing.getLast())) {
                increasing.add(size);
            }
        }
        return new CacheLevels(increasing.isEmpty() ? USUAL : increasing);
    }

    private static String text(Path cache, String name) throws IOException {
        return Files.readString(cache.resolve(name)).strip();
    }

    private static long bytes(String size) {
        String upper = size.toUpperCase(Locale.ROOT);
        int shift = upper.endsWith("K") ? 10 : upper.endsWith("M") ? 20 : upper.endsWith("G") ? 30 : 0;
        return Long.parseLong(shift == 0 ? upper : upper.substring(0, upper.length() - 1)) << shift;
    }
}
