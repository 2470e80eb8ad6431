package org.isogloss.trainer.promotion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.isogloss.encoder.encode.EncodeOutcome;
import org.isogloss.encoder.encode.Encoded;
import org.isogloss.encoder.encode.ModuleSource;
import org.isogloss.encoder.encode.Rejected;
import org.isogloss.encoder.encode.SentenceRequest;
import org.isogloss.encoder.encode.TokenizedSentence;
import org.isogloss.encoder.engine.TorchEncoder;
import org.isogloss.encoder.space.ModuleSelection;
import org.isogloss.encoder.space.View;
import org.isogloss.error.IsoglossException;
import org.isogloss.metrics.BitextError;
import org.isogloss.trainer.fit.FitListener;

/** Encodes held-out items with modules and scores them. For one thread. */
public final class HeldOutEvaluation {
  private static final int MARGIN_NEIGHBOURS = 4;
  private static final int MICRO_BATCH_TOKENS = 2_048;
  private static final double WRONG = 100;

  private final TorchEncoder encoder;
  private final FitListener listener;

  /**
   * @param encoder stays the caller's; what it serves does not matter
   */
  public HeldOutEvaluation(TorchEncoder encoder, FitListener listener) {
    this.encoder = encoder;
    this.listener = listener;
  }

  /**
   * Scores the items. A pair with a sentence that these modules cannot encode counts as wrong.
   *
   * @param selections what serves the languages of the items
   * @throws IsoglossException with the code of a module that is refused
   */
  public ItemScores of(List<ModuleSelection> selections, ModuleSource modules, HeldOutItems items) {
    try (TorchEncoder route = encoder.route()) {
      route.serveOrThrow(selections, modules);
      List<HeldOutItems.Pair> pairs = items.pairs();
      Map<String, float[]> sentences =
          vectors(
              route,
              pairs.stream().map(HeldOutItems.Pair::sentence).toList(),
              items.language(),
              items.view());
      Map<String, float[]> partners =
          vectors(
              route,
              pairs.stream().map(HeldOutItems.Pair::partner).toList(),
              items.partnerLanguage(),
              items.view());
      int[] usable =
          IntStream.range(0, pairs.size())
              .filter(
                  i ->
                      sentences.containsKey(pairs.get(i).sentence())
                          && partners.containsKey(pairs.get(i).partner()))
              .toArray();
      return scores(
          pairs.size(),
          usable,
          BitextError.answers(
              rows(usable, i -> sentences.get(pairs.get(i).sentence())),
              rows(usable, i -> partners.get(pairs.get(i).partner())),
              MARGIN_NEIGHBOURS));
    }
  }

  private static float[][] rows(int[] usable, IntFunction<float[]> row) {
    return Arrays.stream(usable).mapToObj(row).toArray(float[][]::new);
  }

  private static ItemScores scores(int items, int[] usable, BitextError.Answers answers) {
    Map<HeldOutMetric, double[]> values = new EnumMap<>(HeldOutMetric.class);
    for (HeldOutMetric metric : HeldOutMetric.values()) {
      int[] forward =
          switch (metric) {
            case MARGIN_ERROR -> answers.marginForward();
            case COSINE_ERROR -> answers.cosineForward();
          };
      int[] backward =
          switch (metric) {
            case MARGIN_ERROR -> answers.marginBackward();
            case COSINE_ERROR -> answers.cosineBackward();
          };
      double[] of = new double[items];
      Arrays.fill(of, WRONG);
      for (int i = 0; i < usable.length; i++) {
        of[usable[i]] = ((forward[i] == i ? 0 : WRONG) + (backward[i] == i ? 0 : WRONG)) / 2;
      }
      values.put(metric, of);
    }
    return new ItemScores(values);
  }

  private Map<String, float[]> vectors(
      TorchEncoder route, List<String> texts, String language, View view) {
    List<TokenizedSentence> prepared = new ArrayList<>();
    for (String text : new LinkedHashSet<>(texts)) {
      switch (route.prepare(new SentenceRequest(text, language, Set.of(view)))) {
        case TokenizedSentence sentence -> prepared.add(sentence);
        case Rejected rejected -> {}
      }
    }
    prepared.sort(Comparator.comparingInt(sentence -> sentence.tokens().length()));
    Map<String, float[]> vectors = new HashMap<>();
    for (int from = 0; from < prepared.size(); ) {
      int to = from;
      int tokens = 0;
      while (to < prepared.size() && (to == from || tokens < MICRO_BATCH_TOKENS)) {
        tokens += prepared.get(to).tokens().length();
        to++;
      }
      List<TokenizedSentence> batch = prepared.subList(from, to);
      List<EncodeOutcome> outcomes = route.encode(batch);
      for (int i = 0; i < batch.size(); i++) {
        switch (outcomes.get(i)) {
          case Encoded encoded ->
              vectors.put(batch.get(i).request().text(), encoded.vector(view).values());
          case Rejected rejected -> {}
        }
      }
      from = to;
      listener.progressed(language, from, prepared.size());
    }
    return vectors;
  }
}
