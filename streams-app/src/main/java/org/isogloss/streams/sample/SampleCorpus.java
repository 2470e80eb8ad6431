package org.isogloss.streams.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** The corpus of this package: sentences in a seeded order, and the key of their translations. */
public final class SampleCorpus {
  private static final String TRANSLATIONS = "translations.tsv";
  private static final String UNPAIRED = "unpaired.tsv";
  private static final int ID_HEX_DIGITS = 16;

  private final List<String> languages;

  /** {@code [meaning][language]}, in the order of {@link #languages}. */
  private final List<List<SampleSentence>> translations;

  private final List<SampleSentence> unpaired;

  private SampleCorpus(
      List<String> languages,
      List<List<SampleSentence>> translations,
      List<SampleSentence> unpaired) {
    this.languages = languages;
    this.translations = translations;
    this.unpaired = unpaired;
  }

  /**
   * Reads the corpus from this program's resources.
   *
   * @throws IsoglossException with {@link ErrorCode#BAD_INPUT_FILE} if a resource is damaged
   */
  public static SampleCorpus load() {
    List<List<String>> rows = rows(TRANSLATIONS);
    List<String> languages = rows.getFirst();
    List<List<SampleSentence>> translations =
        rows.stream().skip(1).map(row -> translations(languages, row)).toList();
    List<SampleSentence> unpaired =
        rows(UNPAIRED).stream().skip(1).map(row -> sentence(row.get(0), row.get(1))).toList();
    SampleCorpus corpus = new SampleCorpus(languages, translations, unpaired);
    corpus.refuseRepetition();
    return corpus;
  }

  /** Two-letter codes, English first. */
  public List<String> languages() {
    return languages;
  }

  /** Every sentence of every language once, in an order that the seed alone decides. */
  public List<SampleSentence> sentences(long seed) {
    List<SampleSentence> shuffled = new ArrayList<>(all().toList());
    Collections.shuffle(shuffled, new Random(seed));
    return Collections.unmodifiableList(shuffled);
  }

  /** The sentences that have no counterpart in any other language. */
  public List<SampleSentence> unpaired() {
    return unpaired;
  }

  /**
   * The true pairs between two languages.
   *
   * @throws IllegalArgumentException if a language is not in the corpus, or both are the same
   */
  public AnswerKey answerKey(String sourceLanguage, String targetLanguage) {
    int source = column(sourceLanguage);
    int target = column(targetLanguage);
    Set<SamplePair> pairs = new HashSet<>();
    for (List<SampleSentence> meaning : translations) {
      pairs.add(new SamplePair(meaning.get(source).id(), meaning.get(target).id()));
    }
    return new AnswerKey(sourceLanguage, targetLanguage, pairs);
  }

  private Stream<SampleSentence> all() {
    return Stream.concat(translations.stream().flatMap(List::stream), unpaired.stream());
  }

  private int column(String language) {
    int column = languages.indexOf(language);
    if (column < 0) {
      throw new IllegalArgumentException("the corpus has no " + language + ", but " + languages);
    }
    return column;
  }

  private void refuseRepetition() {
    Set<String> ids = new HashSet<>();
    all()
        .forEach(
            sentence -> {
              if (!ids.add(sentence.id())) {
                throw damaged("'" + sentence.text() + "' stands twice in the sample corpus");
              }
            });
  }

  private static List<SampleSentence> translations(List<String> languages, List<String> row) {
    if (row.size() != languages.size()) {
      throw damaged(
          row.size() + " cells instead of " + languages.size() + " at '" + row.getFirst() + "'");
    }
    List<SampleSentence> meaning = new ArrayList<>(languages.size());
    for (int column = 0; column < languages.size(); column++) {
      meaning.add(sentence(languages.get(column), row.get(column)));
    }
    return List.copyOf(meaning);
  }

  private static SampleSentence sentence(String language, String text) {
    return new SampleSentence(language + "-" + digest(language + "\n" + text), language, text);
  }

  private static String digest(String content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, ID_HEX_DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private static List<List<String>> rows(String resource) {
    try (InputStream stream = SampleCorpus.class.getResourceAsStream(resource)) {
      String content = new String(Objects.requireNonNull(stream, resource).readAllBytes(), UTF_8);
      return content.lines().map(line -> List.of(line.split("\t", -1))).toList();
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "cannot read " + resource, e);
    }
  }

  private static IsoglossException damaged(String reason) {
    return new IsoglossException(ErrorCode.BAD_INPUT_FILE, reason);
  }
}
