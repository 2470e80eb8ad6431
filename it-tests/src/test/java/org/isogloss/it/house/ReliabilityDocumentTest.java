package org.isogloss.it.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What `docs/reliability.md` claims to be shown is shown somewhere. */
class ReliabilityDocumentTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCUMENT = ROOT.resolve("docs/reliability.md");
  private static final int FAULTS = 38;
  private static final Pattern ROW = Pattern.compile("(?m)^\\| F(\\d+) \\| ([^|]+) \\| (.+) \\|$");
  private static final Pattern NAMED_TEST = Pattern.compile("`([A-Z]\\w+)#(\\w+)`");

  @Test
  void everyFaultHasItsRowAndEitherATestOrTheWordsNotYet() throws IOException {
    Matcher rows = ROW.matcher(Files.readString(DOCUMENT));
    List<Integer> faults = new ArrayList<>();
    while (rows.find()) {
      faults.add(Integer.parseInt(rows.group(1)));
      String shown = rows.group(3);
      assertThat(NAMED_TEST.matcher(shown).find() || shown.contains("not yet"))
          .as("F%s: %s", rows.group(1), shown)
          .isTrue();
    }
    assertThat(faults).isEqualTo(IntStream.rangeClosed(1, FAULTS).boxed().toList());
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Map<String, String> sources = testSources();
    Matcher named = NAMED_TEST.matcher(Files.readString(DOCUMENT));
    int found = 0;
    while (named.find()) {
      found++;
      String source = sources.getOrDefault(named.group(1), "");
      assertThat(source).as("the class of %s", named.group()).isNotEmpty();
      Pattern method =
          Pattern.compile(
              "@(?:Test|ParameterizedTest\\b[^)]*\\)?|RepeatedTest\\b[^)]*\\))\\s(?:[^;{}]*?)\\bvoid "
                  + Pattern.quote(named.group(2))
                  + "\\(");
      assertThat(method.matcher(source).find()).as("%s is a test", named.group()).isTrue();
    }
    assertThat(found).isGreaterThan(FAULTS);
  }

  /** By the name of the class. */
  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    for (String module :
        List.of("schemas", "encoder-core", "registry", "trainer", "streams-app", "it-tests")) {
      Path tests = ROOT.resolve(module).resolve("src/test/java");
      try (Stream<Path> files = Files.walk(tests)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          String name = file.getFileName().toString();
          sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
        }
      }
    }
    return sources;
  }
}
