package org.isogloss.trainer.identifier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.isogloss.encoder.module.ModuleManifest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.ParallelCorpus;
import org.isogloss.trainer.data.SentencePair;
import org.isogloss.trainer.data.TrainingReader;

/**
 * Text of several languages, each sentence once for each language.
 *
 * @param sentences by language
 * @param files as they were read
 */
public record LanguageTexts(SortedMap<String, List<String>> sentences, List<DataFile> files) {
  private static final String UZBEK = "uz";
  private static final Pattern TEXT = Pattern.compile("([a-z]{2,3})\\.txt(\\.gz)?");
  private static final Pattern TRANSLATIONS =
      Pattern.compile("([a-z]{2,3})-" + ModuleManifest.PIVOT + "\\.tsv(\\.gz)?");

  public LanguageTexts {
    sentences = new TreeMap<>(sentences);
    files = List.copyOf(files);
  }

  /**
   * Reads files, and the files that lie in folders, in order of their names: {@code xx.txt} is
   * plain text of a language, {@code xx-en.tsv} translations, of which both sides are taken; either
   * may end in {@code .gz}.
   *
   * @throws IsoglossException BAD_INPUT_FILE naming the file, also one that is named otherwise;
   *     TRAINING_ON_EVALUATION
   */
  public static LanguageTexts read(TrainingReader reader, List<Path> places) {
    SortedMap<String, SequencedSet<String>> sentences = new TreeMap<>();
    List<DataFile> files = new ArrayList<>();
    for (Path file : files(places)) {
      String name = file.getFileName().toString();
      Matcher text = TEXT.matcher(name);
      Matcher translations = TRANSLATIONS.matcher(name);
      if (text.matches()) {
        MonolingualCorpus corpus = reader.monolingual(List.of(file));
        of(sentences, text.group(1)).addAll(corpus.sentences());
        files.addAll(corpus.files());
      } else if (translations.matches()) {
        ParallelCorpus corpus = reader.parallel(List.of(file), translations.group(1));
        for (SentencePair pair : corpus.pairs()) {
          of(sentences, translations.group(1)).add(pair.source());
          of(sentences, ModuleManifest.PIVOT).add(pair.pivot());
        }
        files.addAll(corpus.files());
      } else {
        throw new IsoglossException(
            ErrorCode.BAD_INPUT_FILE,
            file + " is named neither as xx.txt nor as xx-en.tsv, with or without .gz");
      }
    }
    sentences.computeIfPresent(UZBEK, (language, latin) -> inBothScripts(latin));
    SortedMap<String, List<String>> lists = new TreeMap<>();
    sentences.forEach((language, set) -> lists.put(language, List.copyOf(set)));
    return new LanguageTexts(lists, files);
  }

  private static SequencedSet<String> inBothScripts(SequencedSet<String> sentences) {
    SequencedSet<String> both = new LinkedHashSet<>(sentences);
    sentences.stream().map(UzbekCyrillic::of).forEach(both::add);
    return both;
  }

  private static SequencedSet<String> of(
      SortedMap<String, SequencedSet<String>> sentences, String language) {
    return sentences.computeIfAbsent(language, unseen -> new LinkedHashSet<>());
  }

  private static List<Path> files(List<Path> places) {
    List<Path> files = new ArrayList<>();
    for (Path place : places) {
      if (!Files.isDirectory(place)) {
        files.add(place);
        continue;
      }
      try (Stream<Path> inside = Files.list(place)) {
        inside
            .filter(path -> Files.isRegularFile(path))
            .filter(path -> !path.getFileName().toString().startsWith("."))
            .sorted()
            .forEach(files::add);
      } catch (IOException e) {
        throw new IsoglossException(
            ErrorCode.BAD_INPUT_FILE, place + " cannot be read: " + e.getMessage(), e);
      }
    }
    return files;
  }
}
