package org.isogloss.it.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.isogloss.streams.sample.SampleCorpus;

/** Inputs that several tests share. */
final class Texts {
  /** Of {@link #disorderly()}, line by line: the code of its refusal, or its language. */
  static final List<String> DISORDERLY_FATES =
      List.of("ISO-101", "de", "ISO-105", "de", "ISO-107", "de", "ISO-102", "de");

  /** The line of {@link #disorderly()} that is longer than the encoder's limit, from 0. */
  static final int LONG_LINE = 5;

  private Texts() {}

  /** Eight lines, in German where they are anything; the file does not end with a line feed. */
  static byte[] disorderly() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("\n".getBytes(UTF_8));
    bytes.writeBytes("Guten Morgen, wie geht es dir?\n".getBytes(UTF_8));
    bytes.writeBytes("Kein UTF-8: \u00fc\u00e4\u00f6\n".getBytes(ISO_8859_1));
    bytes.writeBytes("Der Zug fährt um acht Uhr ab.\r\n".getBytes(UTF_8));
    bytes.writeBytes("Es klingelt\u0007.\n".getBytes(UTF_8));
    bytes.writeBytes(("Und dann " + "und dann ".repeat(80) + "Schluss.\n").getBytes(UTF_8));
    bytes.writeBytes(" \t \n".getBytes(UTF_8));
    bytes.writeBytes("Wir gehen heute Abend ins Kino.".getBytes(UTF_8));
    return bytes.toByteArray();
  }

  /** So many sentences of the sample corpus. */
  static Stream<String> sample(String language, int count) {
    return SampleCorpus.load().sentences(1).stream()
        .filter(sentence -> sentence.language().equals(language))
        .limit(count)
        .map(sentence -> sentence.text());
  }
}
