package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A class loader that holds one copy of {@link NativeEntry}, bound to one library and unloaded with it. The first library of
 * a process is bound to {@link NativeEntry} itself and stays: that starts 8 ms earlier, without a class file to read from the
 * jar and without reflection.
 */
final class LibraryLoader extends ClassLoader {
    private static boolean firstIsBound;

    private LibraryLoader() {
        super(LibraryLoader.class.getClassLoader());
    }

    /**
     * Loads a part of a bundle from the cache.
     *
     * @throws ModelException CACHE_UNUSABLE, NATIVE_LOAD_FAILED or UNSUPPORTED_VERSION
     */
    static NativeCode load(Bundle bundle, String part, LibraryCache cache) {
        String digest = bundle.manifest().parts().get(part);
        // What a bundle holds coded is decoded once for a device.
        Optional<Path> cached = cache.find(digest, bundle.length(part), bundle.plainCrc(part));
        Path file = cached.isPresent() ? cached.get() : cache.store(digest, bundle.read(part));
        NativeCode code;
        try {
            Optional<NativeCode> first = bindFirst(file);
            code = first.isPresent() ? first.get() : new LibraryLoader().bind(file);
        } catch (UnsatisfiedLinkError held) {
            // Java refuses a file that another class loader has, as when a model is loaded twice: that needs a copy.
            Path copy = cache.storeCopy(bundle.read(part));
            try {
                code = new LibraryLoader().bind(copy);
            } catch (UnsatisfiedLinkError e) {
                throw refused(file, e);
            } finally {
                deleteQuietly(copy);
            }
        }
        int abi = abiOf(code, file);
        if (abi != Manifest.ABI_VERSION) {
            throw new ModelException(
                    Code.UNSUPPORTED_VERSION,
                    "the library has the ABI version " + abi + ", this runtime needs " + Manifest.ABI_VERSION
                            + "; use the runtime jar of the Selvedge that made the bundle");
        }
        return code;
    }

    private static synchronized Optional<NativeCode> bindFirst(Path file) {
        if (firstIsBound) {
            return Optional.empty();
        }
        NativeCode first = new NativeEntry(file.toString());
        firstIsBound = true;
        return Optional.of(first);
    }

    private static int abiOf(NativeCode code, Path file) {
        try {
            return code.abiVersion();
        } catch (UnsatisfiedLinkError e) {
            throw refused(file, e);
        }
    }

    private static ModelException refused(Path file, UnsatisfiedLinkError e) {
        return new ModelException(
                Code.NATIVE_LOAD_FAILED,
                "Java cannot load " + file + ": " + e.getMessage()
                        + "; if its folder forbids executing (noexec), set SELVEDGE_CACHE to one that allows it",
                e);
    }

    private NativeCode bind(Path file) {
        try (InputStream in = NativeEntry.class.getResourceAsStream("NativeEntry.class")) {
            if (in == null) {
                throw new IllegalStateException("NativeEntry.class is missing beside the runtime's other classes");
            }
            byte[] bytes = in.readAllBytes();
            Class<?> type = defineClass(NativeEntry.class.getName(), bytes, 0, bytes.length);
            Constructor<?> constructor = type.getDeclaredConstructor(String.class);
            constructor.setAccessible(true);
            return (NativeCode) constructor.newInstance(file.toString());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof UnsatisfiedLinkError refused) {
                throw refused;
            }
            throw new IllegalStateException("cannot load " + file, e.getCause());
        } catch (ReflectiveOperationException | IOException e) {
            throw new IllegalStateException("the runtime jar is damaged", e);
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.delete(file);
        } catch (IOException ignored) {
            // Windows keeps loaded files; the copy stays in the cache, which may be emptied at any time.
        }
    }
}
