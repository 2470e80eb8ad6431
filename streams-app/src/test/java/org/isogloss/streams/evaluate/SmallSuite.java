package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A suite of three languages and every task, of random words. */
public final class SmallSuite {
  public static final List<String> LANGUAGES = List.of("de", "en", "fr");
  private static final int PAIRS = 14;
  private static final int TRAINING = 12;

  private SmallSuite() {}

  public static Path write(Path folder, long seed) throws IOException {
    Random random = new Random(seed);
    for (String language : LANGUAGES) {
      StringBuilder sts = new StringBuilder("id\tscore\tsentence1\tsentence2\n");
      for (int i = 0; i < PAIRS; i++) {
        // The gold is the same in every language, as it is in an aligned set.
        sts.append("%d\t%s\t%s\t%s%n".formatted(i, i % 6, words(random), words(random)));
      }
      write(folder.resolve("sts/toy/" + language + ".test.tsv"), sts);
      for (String split : List.of("train", "test")) {
        StringBuilder topics = new StringBuilder("id\tlabel\ttext\n");
        for (int i = 0; i < TRAINING; i++) {
          topics.append(
              "%s%d\t%s\t%s%n".formatted(split, i, i % 2 == 0 ? "sport" : "law", words(random)));
        }
        write(folder.resolve("classification/topics/" + language + "." + split + ".tsv"), topics);
      }
    }
    for (String pair : List.of("de-en", "fr-en")) {
      StringBuilder bitext = new StringBuilder("id\t" + pair.replace('-', '\t') + "\n");
      for (int i = 0; i < PAIRS; i++) {
        bitext.append("%d\t%s\t%s%n".formatted(i, words(random), words(random)));
      }
      write(folder.resolve("bitext/toytoeba/" + pair + ".tsv"), bitext);
    }
    for (String track : List.of("t1.en-en", "t2.en-de")) {
      StringBuilder sts = new StringBuilder("id\tscore\tsentence1\tsentence2\n");
      for (int i = 0; i < PAIRS; i++) {
        sts.append("%d\t%.1f\t%s\t%s%n".formatted(i, i * 0.3, words(random), words(random)));
      }
      write(folder.resolve("sts/toy17/" + track + ".tsv"), sts);
    }
    return folder;
  }

  private static String words(Random random) {
    StringBuilder words = new StringBuilder();
    int count = 2 + random.nextInt(5);
    for (int w = 0; w < count; w++) {
      words.append(w == 0 ? "" : " ");
      int letters = 2 + random.nextInt(6);
      for (int l = 0; l < letters; l++) {
        words.append((char) ('a' + random.nextInt(26)));
      }
    }
    // In decomposed form: what is encoded is NFC.
    return words.append(random.nextBoolean() ? " u\u0308ber" : "").toString();
  }

  private static void write(Path file, StringBuilder text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, UTF_8);
  }
}
