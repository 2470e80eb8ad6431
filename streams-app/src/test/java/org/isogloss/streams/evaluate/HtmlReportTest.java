package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.isogloss.metrics.suite.Metric;
import org.isogloss.metrics.suite.Score;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HtmlReportTest {
  private static final List<String> LANGUAGES = List.of("ar", "de", "en", "fr");

  @Test
  void whereAllPairsHaveOneLanguageTheMapHasARowTowardsItAndARowFromIt() throws Exception {
    List<Score> scores = new ArrayList<>();
    star(scores);
    Element map = map(scores);
    assertThat(texts(map)).contains("→ en", "en →").doesNotContain("en");
    Map<String, String> cells = cells(map);
    // The first row is towards English, the second from it; columns are ar, de, fr.
    assertThat(cells)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "0 0", "ar to en: 11",
                "1 0", "en to ar: 12",
                "0 1", "de to en: 21",
                "1 1", "en to de: 22",
                "0 2", "fr to en: 31",
                "1 2", "en to fr: 32"));
  }

  @Test
  void otherPairsMakeItASquareFromRowToColumn() throws Exception {
    List<Score> scores = new ArrayList<>();
    star(scores);
    scores.add(RunRecords.score(Metric.BITEXT_ERROR_BY_MARGIN, "mined", "ar-fr", 41));
    Element map = map(scores);
    assertThat(texts(map)).contains("en").doesNotContain("→ en", "en →");
    assertThat(cells(map))
        .hasSize(7)
        .containsEntry("0 2", "ar to en: 11")
        .containsEntry("2 0", "en to ar: 12")
        .containsEntry("0 3", "ar to fr: 41");
  }

  private static void star(List<Score> scores) {
    int value = 11;
    for (String language : List.of("ar", "de", "fr")) {
      for (String direction : List.of(language + "-en", "en-" + language)) {
        scores.add(RunRecords.score(Metric.BITEXT_ERROR_BY_MARGIN, "mined", direction, value++));
      }
      value += 8;
    }
  }

  /** The drawing of the only heat map. */
  private static Element map(List<Score> scores) throws Exception {
    String page = HtmlReport.of(List.of(RunRecords.of(LANGUAGES, List.of(), scores)));
    NodeList figures =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(page.getBytes(UTF_8)))
            .getElementsByTagName("figure");
    assertThat(figures.getLength()).isEqualTo(1);
    return (Element) figures.item(0);
  }

  private static List<String> texts(Element map) {
    List<String> texts = new ArrayList<>();
    NodeList nodes = map.getElementsByTagName("text");
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }

  /** What a cell says, by its row and column, counted by where they stand. */
  private static Map<String, String> cells(Element map) {
    Map<String, String> cells = new TreeMap<>();
    NodeList nodes = map.getElementsByTagName("rect");
    for (int i = 0; i < nodes.getLength(); i++) {
      Element cell = (Element) nodes.item(i);
      cells.put(place(cell, "y") + " " + place(cell, "x"), cell.getTextContent());
    }
    return cells;
  }

  private static int place(Element cell, String coordinate) {
    return (Integer.parseInt(cell.getAttribute(coordinate)) - 44) / 26;
  }
}
