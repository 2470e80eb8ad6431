package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.suite.BitextSet;
import org.isogloss.metrics.suite.ClassificationSet;
import org.isogloss.metrics.suite.EvaluationSet;
import org.isogloss.metrics.suite.LabelledText;
import org.isogloss.metrics.suite.ScoredPair;
import org.isogloss.metrics.suite.SimilaritySet;
import org.isogloss.metrics.suite.SimilarityTrack;
import org.isogloss.metrics.suite.Split;
import org.isogloss.metrics.suite.Suite;
import org.isogloss.metrics.suite.Translation;
import org.isogloss.schemas.record.EvaluationItem;
import org.isogloss.schemas.record.EvaluationTask;

/** A suite as records, and back. */
final class SuiteItems {
  private SuiteItems() {}

  /**
   * The items of a suite in its order.
   *
   * @throws IsoglossException BAD_SUITE for a suite that its items do not make up, since one of its
   *     files has none
   */
  static List<EvaluationItem> of(Suite suite) {
    List<EvaluationItem.Builder> unplaced = new ArrayList<>();
    for (EvaluationSet set : suite.sets()) {
      switch (set) {
        case SimilaritySet similarity ->
            similarity
                .items()
                .forEach(
                    (language, pairs) ->
                        pairs.forEach(
                            pair ->
                                unplaced.add(
                                    scored(
                                        item(EvaluationTask.SIMILARITY, set, language, pair.id())
                                            .setSplit(similarity.split().label()),
                                        pair))));
        case SimilarityTrack track ->
            track
                .items()
                .forEach(
                    pair ->
                        unplaced.add(
                            scored(
                                item(EvaluationTask.SIMILARITY_TRACK, set, track.left(), pair.id())
                                    .setSecondLanguage(track.right()),
                                pair)));
        case ClassificationSet classification ->
            classification
                .items()
                .forEach(
                    (language, splits) ->
                        splits.forEach(
                            (split, texts) ->
                                texts.forEach(
                                    text ->
                                        unplaced.add(
                                            item(
                                                    EvaluationTask.CLASSIFICATION,
                                                    set,
                                                    language,
                                                    text.id())
                                                .setSplit(split.label())
                                                .setLabel(text.label())
                                                .setFirstText(text.text())))));
        case BitextSet bitext ->
            bitext
                .items()
                .forEach(
                    pair ->
                        unplaced.add(
                            item(EvaluationTask.BITEXT, set, bitext.left(), pair.id())
                                .setSecondLanguage(bitext.right())
                                .setFirstText(pair.left())
                                .setSecondText(pair.right())));
      }
    }
    List<EvaluationItem> items = new ArrayList<>(unplaced.size());
    for (EvaluationItem.Builder item : unplaced) {
      items.add(
          item.setSuite(suite.name())
              .setSuiteDigest(suite.digest().hex())
              .setSuiteItems(unplaced.size())
              .setOrdinal(items.size())
              .build());
    }
    if (!suite(items).equals(suite)) {
      throw new IsoglossException(
          ErrorCode.BAD_SUITE,
          "the suite " + suite.name() + " has a file without a row, of which no item would tell");
    }
    return items;
  }

  private static EvaluationItem.Builder item(
      EvaluationTask task, EvaluationSet set, String language, String id) {
    return EvaluationItem.newBuilder()
        .setSuite("")
        .setSuiteDigest("")
        .setSuiteItems(0)
        .setOrdinal(0)
        .setTask(task)
        .setSet(set.name())
        .setFirstLanguage(language)
        .setId(id);
  }

  private static EvaluationItem.Builder scored(EvaluationItem.Builder item, ScoredPair pair) {
    return item.setScore(pair.score()).setFirstText(pair.first()).setSecondText(pair.second());
  }

  /** The item's key: the same for the same row of the same file, always. */
  static byte[] key(EvaluationItem item) {
    String file =
        switch (item.getTask()) {
          case SIMILARITY, CLASSIFICATION -> item.getFirstLanguage() + "." + item.getSplit();
          case SIMILARITY_TRACK, BITEXT -> item.getFirstLanguage() + "-" + item.getSecondLanguage();
        };
    String task =
        switch (item.getTask()) {
          case SIMILARITY, SIMILARITY_TRACK -> "sts";
          case CLASSIFICATION -> "classification";
          case BITEXT -> "bitext";
        };
    return String.join("/", task, item.getSet(), file, item.getId()).getBytes(UTF_8);
  }

  /**
   * The suite that these items make up, in whatever order they come.
   *
   * @throws IsoglossException BAD_SUITE if some are missing, or they are of two suites
   */
  static Suite suite(List<EvaluationItem> items) {
    if (items.isEmpty()) {
      throw new IsoglossException(ErrorCode.BAD_SUITE, "a suite of no items");
    }
    EvaluationItem any = items.getFirst();
    List<EvaluationItem> ordered =
        items.stream().sorted(Comparator.comparingInt(EvaluationItem::getOrdinal)).toList();
    for (int i = 0; i < ordered.size(); i++) {
      EvaluationItem item = ordered.get(i);
      if (!item.getSuiteDigest().equals(any.getSuiteDigest())) {
        throw new IsoglossException(
            ErrorCode.BAD_SUITE, "items of two different suites under the name " + any.getSuite());
      }
      if (item.getOrdinal() != i) {
        throw incomplete(any, ordered.size());
      }
    }
    if (ordered.size() != any.getSuiteItems()) {
      throw incomplete(any, ordered.size());
    }
    Map<String, SetOfItems> sets = new LinkedHashMap<>();
    for (EvaluationItem item : ordered) {
      sets.computeIfAbsent(setKey(item), key -> SetOfItems.of(item)).add(item);
    }
    return new Suite(
        any.getSuite(),
        new Digest(any.getSuiteDigest()),
        sets.values().stream().map(SetOfItems::set).toList());
  }

  private static IsoglossException incomplete(EvaluationItem any, int there) {
    return new IsoglossException(
        ErrorCode.BAD_SUITE,
        "of the suite %s there are %d items of %d: load it again"
            .formatted(any.getSuite(), there, any.getSuiteItems()));
  }

  private static String setKey(EvaluationItem item) {
    return switch (item.getTask()) {
      case SIMILARITY -> "similarity/" + item.getSet() + "/" + item.getSplit();
      case SIMILARITY_TRACK, BITEXT ->
          String.join(
              "/",
              item.getTask().name(),
              item.getSet(),
              item.getFirstLanguage(),
              item.getSecondLanguage());
      case CLASSIFICATION -> "classification/" + item.getSet();
    };
  }

  /** Collects the items of one set. */
  private interface SetOfItems {
    void add(EvaluationItem item);

    EvaluationSet set();

    static SetOfItems of(EvaluationItem first) {
      return switch (first.getTask()) {
        case SIMILARITY -> new SimilarityItems(first.getSet(), split(first), new TreeMap<>());
        case SIMILARITY_TRACK -> new TrackItems(first, new ArrayList<>());
        case CLASSIFICATION -> new ClassifiedItems(first.getSet(), new TreeMap<>());
        case BITEXT -> new BitextItems(first, new ArrayList<>());
      };
    }
  }

  private record SimilarityItems(String name, Split split, TreeMap<String, List<ScoredPair>> items)
      implements SetOfItems {
    @Override
    public void add(EvaluationItem item) {
      items.computeIfAbsent(item.getFirstLanguage(), l -> new ArrayList<>()).add(pair(item));
    }

    @Override
    public EvaluationSet set() {
      return new SimilaritySet(name, split, items);
    }
  }

  private record TrackItems(EvaluationItem first, List<ScoredPair> items) implements SetOfItems {
    @Override
    public void add(EvaluationItem item) {
      items.add(pair(item));
    }

    @Override
    public EvaluationSet set() {
      return new SimilarityTrack(
          first.getSet(), first.getFirstLanguage(), first.getSecondLanguage(), items);
    }
  }

  private record ClassifiedItems(String name, TreeMap<String, Map<Split, List<LabelledText>>> items)
      implements SetOfItems {
    @Override
    public void add(EvaluationItem item) {
      items
          .computeIfAbsent(item.getFirstLanguage(), l -> new EnumMap<>(Split.class))
          .computeIfAbsent(split(item), s -> new ArrayList<>())
          .add(
              new LabelledText(
                  item.getId(),
                  item.getLabel().orElseThrow(() -> lacks(item, "label")),
                  item.getFirstText()));
    }

    @Override
    public EvaluationSet set() {
      return new ClassificationSet(name, items);
    }
  }

  private record BitextItems(EvaluationItem first, List<Translation> items) implements SetOfItems {
    @Override
    public void add(EvaluationItem item) {
      items.add(new Translation(item.getId(), item.getFirstText(), second(item)));
    }

    @Override
    public EvaluationSet set() {
      return new BitextSet(
          first.getSet(), first.getFirstLanguage(), first.getSecondLanguage(), items);
    }
  }

  private static ScoredPair pair(EvaluationItem item) {
    return new ScoredPair(
        item.getId(),
        item.getScore().orElseThrow(() -> lacks(item, "score")),
        item.getFirstText(),
        second(item));
  }

  private static String second(EvaluationItem item) {
    return item.getSecondText().orElseThrow(() -> lacks(item, "second text"));
  }

  private static Split split(EvaluationItem item) {
    try {
      return Split.valueOf(item.getSplit().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw lacks(item, "split");
    }
  }

  private static IsoglossException lacks(EvaluationItem item, String what) {
    return new IsoglossException(
        ErrorCode.BAD_SUITE, "the item %s has no %s".formatted(new String(key(item), UTF_8), what));
  }
}
