package org.isogloss.trainer.sentence;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;
import org.isogloss.trainer.data.DataFile;
import org.isogloss.trainer.data.MonolingualCorpus;
import org.isogloss.trainer.data.ParaphraseCorpus;
import org.isogloss.trainer.data.ParaphraseCorpus.Paraphrase;

/** What sentence encoding learns from, and what scores it. */
public sealed interface SentenceEncodingData {
  /** Paraphrases, a tenth of which is held out. */
  record Paraphrases(ParaphraseCorpus corpus) implements SentenceEncodingData {
    @Override
    public List<Paraphrase> heldOut(int most) {
      return different(corpus.pairs(), Math.min(most, corpus.pairs().size() / 10));
    }

    @Override
    public List<Paraphrase> learnt(List<Paraphrase> heldOut) {
      Set<String> held = texts(heldOut);
      return corpus.pairs().stream()
          .filter(pair -> !held.contains(pair.first()) && !held.contains(pair.second()))
          .toList();
    }

    @Override
    public List<Paraphrase> known() {
      return corpus.pairs();
    }

    @Override
    public List<DataFile> files() {
      return corpus.files();
    }

    @Override
    public String method() {
      return "multiple_negatives_ranking";
    }

    @Override
    public boolean isNoisy() {
      return false;
    }
  }

  /**
   * Plain text, each sentence its own paraphrase (SimCSE, Gao et al. 2021); paraphrases only score,
   * all of them.
   */
  record PlainText(MonolingualCorpus text, ParaphraseCorpus scoring)
      implements SentenceEncodingData {
    @Override
    public List<Paraphrase> heldOut(int most) {
      return different(scoring.pairs(), most);
    }

    @Override
    public List<Paraphrase> learnt(List<Paraphrase> heldOut) {
      Set<String> held = texts(heldOut);
      return text.sentences().stream()
          .filter(sentence -> !held.contains(sentence))
          .map(sentence -> new Paraphrase(sentence, sentence))
          .toList();
    }

    @Override
    public List<Paraphrase> known() {
      return scoring.pairs();
    }

    @Override
    public List<DataFile> files() {
      return Stream.concat(text.files().stream(), scoring.files().stream()).toList();
    }

    @Override
    public String method() {
      return "unsupervised_simcse";
    }

    @Override
    public boolean isNoisy() {
      return true;
    }
  }

  /**
   * The pairs that score a run, and on which it does not train: no sentence stands in two of them.
   *
   * @param most at most so many, first by a digest of their text
   */
  List<Paraphrase> heldOut(int most);

  /** What is learnt: no sentence of it stands in a held-out pair. */
  List<Paraphrase> learnt(List<Paraphrase> heldOut);

  /** All pairs that are known to mean the same: no negatives of each other. */
  List<Paraphrase> known();

  List<DataFile> files();

  /** As the lineage says it. */
  String method();

  /** Whether pairs are one sentence twice, which noise must tell apart. */
  boolean isNoisy();

  private static List<Paraphrase> different(List<Paraphrase> pairs, int most) {
    Set<String> known = new HashSet<>();
    List<Paraphrase> held = new ArrayList<>();
    for (Paraphrase pair :
        pairs.stream().sorted(Comparator.comparing(SentenceEncodingData::digest)).toList()) {
      if (held.size() == most) {
        break;
      }
      if (!known.contains(pair.first()) && !known.contains(pair.second())) {
        known.add(pair.first());
        known.add(pair.second());
        held.add(pair);
      }
    }
    return List.copyOf(held);
  }

  private static String digest(Paraphrase pair) {
    return Digest.of((pair.first() + "\t" + pair.second()).getBytes(UTF_8)).hex();
  }

  private static Set<String> texts(List<Paraphrase> pairs) {
    Set<String> texts = new HashSet<>();
    pairs.forEach(pair -> texts.addAll(List.of(pair.first(), pair.second())));
    return texts;
  }
}
