package io.selvedge.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.pass.Pass;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compress.eval.Metric;
import io.selvedge.compress.eval.MetricCatalog;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Explicit lists can be read, clicked and ordered; here is found what somebody wrote and nobody listed. */
final class CatalogueTest {
    private static final JavaClasses SELVEDGE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.selvedge");

    @Test
    void every_operator_of_onnx_is_in_the_catalogue() {
        // A fused form names its own domain; it is made by passes and never read from a file.
        DescribedPredicate<JavaClass> readFromFiles = describe(
                "are operators of ONNX",
                type -> !type.isInterface()
                        && type.isAssignableTo(Op.class)
                        && type.tryGetMethod("domain").isEmpty());
        classes().that(readFromFiles).should(beListedByTheCatalogue()).check(SELVEDGE);
    }

    @Test
    void every_kind_of_an_operator_is_in_the_catalogue() throws ReflectiveOperationException {
        List<String> types = new ArrayList<>();
        for (JavaClass kind : SELVEDGE) {
            Optional<JavaClass> owner = kind.getEnclosingClass();
            if (kind.isEnum() && owner.isPresent() && owner.get().isAssignableTo(Op.class)) {
                types.addAll(onnxNames(kind.reflect()));
            }
        }
        assertThat(types)
                .contains("Relu", "Add", "ReduceSum", "Elu", "Max")
                .allSatisfy(type -> assertThat(OpCatalog.ALL.entries())
                        .as(type)
                        .anyMatch(entry -> entry.type().equals(type)));
    }

    @Test
    void every_pass_is_in_a_pipeline() {
        assertThat(concrete(Pass.class))
                .isNotEmpty()
                .isSubsetOf(names(Stream.of(Pipelines.SIMPLIFY, Pipelines.FUSE).flatMap(List::stream)));
    }

    @Test
    void every_target_is_in_the_catalogue() throws IllegalAccessException {
        for (Field field : TargetCatalog.class.getFields()) {
            if (field.getType() == Target.class) {
                assertThat(TargetCatalog.all()).as(field.getName()).contains((Target) field.get(null));
            }
        }
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(TargetCatalog.class.getName())
                .should()
                .callConstructorWhere(
                        describe("makes a target", call -> call.getTargetOwner().isEquivalentTo(Target.class)))
                .check(SELVEDGE);
    }

    @Test
    void every_instruction_set_has_a_target() throws Exception {
        // What the vector instruction sets share is included by their headers, not by a program.
        List<String> shared = List.of("isa_common.h", "isa_vectors.h");
        try (Stream<Path> files = Files.list(SourceTree.ROOT.resolve("compiler/src/main/c"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.startsWith("isa_") && !shared.contains(name)))
                    .isNotEmpty()
                    .isSubsetOf(TargetCatalog.all().stream().map(Target::header).toList());
        }
    }

    @Test
    void every_metric_is_in_the_catalogue() {
        assertThat(concrete(Metric.class)).isNotEmpty().isSubsetOf(names(MetricCatalog.all().stream()));
    }

    @Test
    void every_command_is_under_the_root() {
        CommandLine root = Main.commandLine(Console.plain(System.out, System.err));
        assertThat(SELVEDGE.stream()
                        .filter(type -> type.isAnnotatedWith(Command.class))
                        .map(JavaClass::getName))
                .isNotEmpty()
                .isSubsetOf(names(
                        withSubcommands(root).map(line -> line.getCommandSpec().userObject())));
    }

    /** A command, those below it, and those below these. */
    static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(CatalogueTest::withSubcommands));
    }

    private static List<String> concrete(Class<?> type) {
        return SELVEDGE.stream()
                .filter(found -> !found.isInterface() && found.isAssignableTo(type))
                .map(JavaClass::getName)
                .toList();
    }

    private static List<String> names(Stream<?> instances) {
        return instances.map(instance -> instance.getClass().getName()).toList();
    }

    private static List<String> onnxNames(Class<?> kind) throws ReflectiveOperationException {
        Optional<Field> name = Arrays.stream(kind.getDeclaredFields())
                .filter(field -> field.getName().equals("onnx"))
                .findFirst();
        List<String> names = new ArrayList<>();
        if (name.isPresent()) {
            name.get().setAccessible(true);
            for (Object constant : kind.getEnumConstants()) {
                names.add((String) name.get().get(constant));
            }
        }
        return names;
    }

    private static ArchCondition<JavaClass> beListedByTheCatalogue() {
        return new ArchCondition<>("be listed in OpCatalog") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean listed = type.getDirectDependenciesToSelf().stream()
                        .anyMatch(dependency -> dependency.getOriginClass().isEquivalentTo(OpCatalog.class));
                events.add(new SimpleConditionEvent(type, listed, type.getName() + " has no line in OpCatalog"));
            }
        };
    }
}
