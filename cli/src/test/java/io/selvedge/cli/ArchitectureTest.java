package io.selvedge.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of the architecture. A rule that stands in the way is discussed, not silenced. */
final class ArchitectureTest {
    private static final JavaClasses SELVEDGE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.selvedge");

    /** Packages of the compiler from the bottom up; one may import those below it and its own row. */
    static final List<List<String>> ROWS = List.of(
            List.of("diag"),
            List.of("ir", "image"),
            List.of("program"),
            List.of("op"),
            List.of("pass", "lower", "memory"),
            List.of("onnx", "tflite", "partition", "target", "emit", "toolchain"));

    private static final String GENERATED_ONNX_MESSAGES = "io.selvedge.compiler.onnx.proto";

    @Test
    void every_compiler_package_has_a_row() {
        assertThat(SELVEDGE.stream()
                        .map(JavaClass::getPackageName)
                        .filter(name -> name.startsWith("io.selvedge.compiler."))
                        .map(name -> name.split("\\.", -1)[3])
                        .distinct())
                .isNotEmpty()
                .isSubsetOf(ROWS.stream().flatMap(List::stream).toList());
    }

    @Test
    void compiler_packages_import_downward_only() {
        for (int row = 0; row < ROWS.size(); row++) {
            List<String> above =
                    ROWS.stream().skip(row + 1L).flatMap(List::stream).toList();
            noClasses()
                    .that()
                    .resideInAnyPackage(inCompiler(ROWS.get(row)))
                    .should()
                    .dependOnClassesThat(describe(
                            "are in the pipeline's package",
                            type -> type.getPackageName().equals("io.selvedge.compiler")))
                    .orShould()
                    .dependOnClassesThat()
                    .resideInAnyPackage(inCompiler(above))
                    .because("the layers are " + ROWS + " from the bottom up")
                    .check(SELVEDGE);
        }
    }

    @Test
    void modules_import_downward_only() {
        List<String> modules = List.of("runtime", "jvm", "compiler", "compress", "train", "fallback", "cli", "bench");
        for (int i = 0; i < modules.size(); i++) {
            String[] above = modules.stream()
                    .skip(i + 1L)
                    .map(module -> "io.selvedge." + module + "..")
                    .toArray(String[]::new);
            if (above.length > 0) {
                check(noClasses()
                        .that()
                        .resideInAPackage("io.selvedge." + modules.get(i) + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(above));
            }
        }
    }

    @Test
    void no_package_cycles() {
        check(slices().matching("io.selvedge.(**)").should().beFreeOfCycles());
    }

    @Test
    void runtime_imports_the_jdk_alone() {
        check(onlyDependsOn("io.selvedge.runtime..", "java..", "io.selvedge.runtime.."));
    }

    @Test
    void the_jvm_executor_imports_the_runtime_alone() {
        check(onlyDependsOn(
                "io.selvedge.jvm..", "java..", "jdk.incubator.vector", "io.selvedge.runtime..", "io.selvedge.jvm.."));
    }

    @Test
    void only_loops_on_vectors_see_the_incubating_module() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.selvedge.jvm.vector..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector.."));
    }

    @Test
    void ir_imports_diag_and_the_jdk_alone() {
        check(onlyDependsOn(
                "io.selvedge.compiler.ir..",
                "java..",
                "org.jspecify.annotations",
                "io.selvedge.compiler.diag..",
                "io.selvedge.compiler.ir.."));
    }

    @Test
    void emitters_see_the_program_never_an_op() {
        check(noClasses()
                .that()
                .resideInAPackage("io.selvedge.compiler.emit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.selvedge.compiler.op..", "io.selvedge.compiler.pass..")
                .orShould()
                .dependOnClassesThat(describe(
                        "are of the graph, types of values excepted",
                        type -> type.getPackageName().equals("io.selvedge.compiler.ir")
                                && Stream.of(DType.class, Shape.class, Dim.class, TensorType.class)
                                        .noneMatch(type::isEquivalentTo))));
    }

    @Test
    void operators_never_import_passes() {
        check(noClasses()
                .that()
                .resideInAPackage("io.selvedge.compiler.op..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.selvedge.compiler.pass.."));
    }

    @Test
    void only_training_sees_libtorch() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.selvedge.train..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.bytedeco.."));
    }

    @Test
    void only_onnx_sees_protobuf() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("io.selvedge.compiler.onnx..", "io.selvedge.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.google.protobuf..", GENERATED_ONNX_MESSAGES + ".."));
    }

    @Test
    void only_the_command_line_prints_or_exits() {
        DescribedPredicate<JavaClass> library = describe(
                "are not of cli or bench, nor a program of testkit",
                type -> Stream.of("io.selvedge.cli", "io.selvedge.bench")
                                .noneMatch(program -> type.getPackageName().startsWith(program))
                        && !(type.getPackageName().startsWith("io.selvedge.testkit")
                                && type.getSimpleName().endsWith("Main")));
        check(noClasses()
                .that(library)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "console")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethodWhere(describe(
                        "ends the process",
                        call -> call.getTargetOwner().isEquivalentTo(Runtime.class)
                                && Set.of("exit", "halt").contains(call.getName())))
                .orShould()
                // A call names the type of the variable, which may be any exception.
                .callMethodWhere(describe(
                        "prints a stack trace",
                        call -> call.getName().equals("printStackTrace")
                                && call.getTarget().getRawParameterTypes().isEmpty()))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.IO"));
    }

    @Test
    void fallback_needs_the_runtime_and_onnx_runtime_alone() {
        check(onlyDependsOn(
                "io.selvedge.fallback..",
                "java..",
                "org.jspecify.annotations",
                "ai.onnxruntime..",
                "io.selvedge.runtime..",
                "io.selvedge.fallback.."));
    }

    @Test
    void onnx_runtime_is_for_tests_comparisons_and_the_fallback() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("io.selvedge.fallback..", "io.selvedge.testkit..", "io.selvedge.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnxruntime..", "io.selvedge.testkit.."));
    }

    @Test
    void packages_are_null_marked() {
        // The runtime has no dependencies, so no annotations either; nor has the executor beside it.
        DescribedPredicate<JavaClass> annotated = describe(
                "are written by hand, outside of what ships to devices",
                type -> !type.getPackageName().startsWith("io.selvedge.runtime")
                        && !type.getPackageName().startsWith("io.selvedge.jvm")
                        && !type.getPackageName().startsWith(GENERATED_ONNX_MESSAGES));
        check(classes()
                .that(annotated)
                .should(ArchCondition.from(describe(
                        "be in a null-marked package", type -> type.getPackage().isAnnotatedWith(NullMarked.class)))));
    }

    @Test
    void classes_are_final_and_inherit_at_most_once() {
        DescribedPredicate<JavaClass> handWritten = describe(
                "are written by hand",
                type -> !type.getPackageName().startsWith(GENERATED_ONNX_MESSAGES) && !type.isAnonymousClass());
        check(classes()
                .that(handWritten)
                .and()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .doNotHaveModifier(JavaModifier.ABSTRACT)
                .and()
                // The body of an enum constant is a class of its own that cannot be final.
                .areNotAssignableTo(Enum.class)
                .should()
                .haveModifier(JavaModifier.FINAL));
        check(noClasses()
                .that(handWritten)
                .should()
                .beAssignableTo(describe(
                        "inherits from a class of Selvedge that inherits from another",
                        type -> ours(type.getRawSuperclass())
                                && ours(type.getRawSuperclass().flatMap(JavaClass::getRawSuperclass)))));
    }

    private static boolean ours(Optional<JavaClass> type) {
        return type.filter(found -> found.getPackageName().startsWith("io.selvedge."))
                .isPresent();
    }

    @Test
    void names_say_what_a_class_is() {
        check(noClasses()
                .should()
                .haveNameMatching(".*(Utils?|Helper|Manager|Impl|Misc)$")
                .because("a shared function belongs to the type that it speaks about"));
    }

    private static String[] inCompiler(List<String> packages) {
        return packages.stream()
                .map(name -> "io.selvedge.compiler." + name + "..")
                .toArray(String[]::new);
    }

    private static ArchRule onlyDependsOn(String who, String... whom) {
        return classes()
                .that()
                .resideInAPackage(who)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(whom);
    }

    private static void check(ArchRule rule) {
        rule.check(SELVEDGE);
    }
}
