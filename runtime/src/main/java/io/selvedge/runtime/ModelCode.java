package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.util.ServiceLoader;

/** What runs a bundle's programs: its library for one target, or the executor that this Java has. */
interface ModelCode {
    /** Name of the library, or {@link ProgramExecutor#TARGET}. */
    String targetName();

    /** One binding's code, ready for sessions. */
    Ready load(Binding binding);

    /** Code that is shared by all sessions of a binding. */
    interface Ready {
        /** Memory for one session; at most so many {@code threads} compute a run. */
        Invocation newInvocation(int threads);
    }

    /**
     * One library.
     *
     * @throws ModelException CACHE_UNUSABLE, NATIVE_LOAD_FAILED, ... when the first binding's library cannot be loaded
     */
    static ModelCode ofLibrary(Bundle bundle, Target target, LibraryCache cache) {
        NativeCode first = LibraryLoader.load(bundle, target.path(), cache);
        NativeMemory weights;
        if (bundle.length(PartName.WEIGHTS) == 0) {
            weights = NativeMemory.allocate(first, 0, "an empty weights.bin");
        } else {
            ByteBuffer direct = bundle.direct(PartName.WEIGHTS);
            weights = NativeMemory.aligned(first, direct, "a copy of weights.bin, which is not aligned in the bundle,");
        }
        return new ModelCode() {
            @Override
            public String targetName() {
                return target.name();
            }

            @Override
            public Ready load(Binding binding) {
                NativeCode code = binding.suffix().isEmpty()
                        ? first
                        : LibraryLoader.load(bundle, binding.part(target.path()), cache);
                NativeMemory prepared =
                        NativeMemory.allocate(code, (int) binding.preparedBytes(), "the prepared weights");
                if (binding.preparedBytes() > 0) {
                    code.prepareWeights(weights.address(), prepared.address());
                }
                // Not a lambda, whose first use loads hundreds of classes on the way to a first result.
                return new Ready() {
                    @Override
                    public Invocation newInvocation(int threads) {
                        return new NativeInvocation(
                                bundle.manifest().name(), binding, code, weights, prepared, threads);
                    }
                };
            }
        };
    }

    /**
     * The executor of this Java.
     *
     * @throws ModelException NO_TARGET_FOR_CPU when there is no executor, BAD_BUNDLE when the bundle has nothing for one
     */
    static ModelCode ofExecutor(Bundle bundle) {
        ProgramExecutor executor = ServiceLoader.load(ProgramExecutor.class, ProgramExecutor.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new ModelException(
                        Code.NO_TARGET_FOR_CPU,
                        "there is no executor for the target '" + ProgramExecutor.TARGET
                                + "'; add the artifact io.selvedge:selvedge-jvm"));
        if (!bundle.has(PartName.PROGRAM)) {
            throw new ModelException(
                    Code.BAD_BUNDLE,
                    "the bundle has no program.bin, which the executor for '" + ProgramExecutor.TARGET
                            + "' runs; deploy the model again");
        }
        return new ModelCode() {
            @Override
            public String targetName() {
                return ProgramExecutor.TARGET;
            }

            @Override
            public Ready load(Binding binding) {
                ByteBuffer weights =
                        bundle.length(PartName.WEIGHTS) == 0 ? ByteBuffer.allocate(0) : bundle.direct(PartName.WEIGHTS);
                ProgramExecutor.Prepared prepared =
                        executor.prepare(ByteBuffer.wrap(bundle.read(binding.part(PartName.PROGRAM))), weights);
                return threads -> new ExecutorInvocation(prepared);
            }
        };
    }
}
