package org.isogloss.it.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class HouseTest {
  private static final String OURS = "org.isogloss..";

  /** Classes and jars of a module alike lie in its build folder; its tests are not the house. */
  private static final Pattern TESTS = Pattern.compile("/test-classes/|-tests\\.jar");

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption((Location location) -> !location.matches(anywhere(TESTS)))
          .importPackages("org.isogloss");

  @Test
  void everyModuleIsSeen() {
    for (String module : Set.of("schemas", "encoder-core", "registry", "trainer", "streams-app")) {
      assertThat(HOUSE.stream().filter(of(module))).as(module).isNotEmpty();
    }
  }

  @Test
  void theStreamsAndTheTrainerNeverKnowEachOther() {
    noClasses().that(of("streams-app")).should().dependOnClassesThat(of("trainer")).check(HOUSE);
    noClasses().that(of("trainer")).should().dependOnClassesThat(of("streams-app")).check(HOUSE);
  }

  @Test
  void theSchemasKnowNothingOfOurs() {
    classes()
        .that(of("schemas"))
        .should()
        .onlyDependOnClassesThat(of("schemas").or(notOurs()))
        .check(HOUSE);
  }

  @Test
  void theRegistryKnowsEncoderAndSchemasAndNeitherProgram() {
    classes()
        .that(of("registry"))
        .should()
        .onlyDependOnClassesThat(
            of("registry").or(of("encoder-core")).or(of("schemas")).or(notOurs()))
        .check(HOUSE);
  }

  @Test
  void theEncoderKnowsNothingOfOursAndNoKafka() {
    classes()
        .that(of("encoder-core"))
        .should()
        .onlyDependOnClassesThat(of("encoder-core").or(notOurs()))
        .check(HOUSE);
    noClasses()
        .that(of("encoder-core"))
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.apache.kafka..", "org.apache.avro.."))
        .check(HOUSE);
  }

  @Test
  void onlyEngineAndTokenizeKnowTheNativeEngine() {
    noClasses()
        .that(
            of("encoder-core")
                .or(of("streams-app"))
                .and(
                    DescribedPredicate.not(
                        resideInAnyPackage(
                            "org.isogloss.encoder.engine..", "org.isogloss.encoder.tokenize.."))))
        .should()
        .dependOnClassesThat(resideInAnyPackage("ai.djl.."))
        .check(HOUSE);
  }

  /** They make a tensor of it over memory that may be gone when gradients are taken. */
  @Test
  void noOperatorOfTheNativeEngineTakesANumber() {
    DescribedPredicate<JavaClass> operators =
        resideInAnyPackage("ai.djl.ndarray..", "ai.djl.pytorch..");
    Set<String> withOneOfTheirOwn = Set.of("scaleGradient", "toRadians", "toDegrees");
    noClasses()
        .should()
        .accessTargetWhere(
            describe(
                "an operator on NDArrays takes a Number",
                access ->
                    access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget operator
                        && operators.test(access.getTargetOwner())
                        && (withOneOfTheirOwn.contains(operator.getName())
                            || operator.getRawParameterTypes().stream()
                                .anyMatch(type -> type.isEquivalentTo(Number.class)))))
        .check(HOUSE);
  }

  @Test
  void miningAndMetricsKnowVectorsAndNoEncoder() {
    noClasses()
        .that(resideInAnyPackage("org.isogloss.mining..", "org.isogloss.metrics.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("org.isogloss.encoder..")
                .and(DescribedPredicate.not(resideInAnyPackage("org.isogloss.encoder.space.."))))
        .check(HOUSE);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> unmarked = new TreeSet<>();
    HOUSE.stream()
        .filter(DescribedPredicate.not(generated()))
        .map(JavaClass::getPackage)
        .filter(aPackage -> !isNullMarked(aPackage))
        .forEach(aPackage -> unmarked.add(aPackage.getName()));
    assertThat(unmarked).isEmpty();
  }

  private static boolean isNullMarked(JavaPackage aPackage) {
    return aPackage.isAnnotatedWith(NullMarked.class);
  }

  private static DescribedPredicate<JavaClass> of(String module) {
    Pattern folder = Pattern.compile("/" + Pattern.quote(module) + "/target/");
    return describe(
        "of the module " + module,
        aClass ->
            aClass
                .getBaseComponentType()
                .getSource()
                .map(source -> folder.matcher(source.getUri().toString()).find())
                .orElse(false));
  }

  private static DescribedPredicate<JavaClass> notOurs() {
    return describe(
        "not ours", aClass -> !resideInAnyPackage(OURS).test(aClass.getBaseComponentType()));
  }

  private static DescribedPredicate<JavaClass> generated() {
    return describe(
        "generated", aClass -> aClass.isAnnotatedWith("org.apache.avro.specific.AvroGenerated"));
  }

  private static Pattern anywhere(Pattern pattern) {
    return Pattern.compile(".*(" + pattern.pattern() + ").*");
  }
}
