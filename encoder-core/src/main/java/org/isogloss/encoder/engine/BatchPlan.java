package org.isogloss.encoder.engine;

import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.encoder.space.View;
import org.isogloss.encoder.tokenize.TokenSequence;
import org.jspecify.annotations.Nullable;

/**
 * How a micro-batch of many languages and both views becomes one native call.
 *
 * <p>A sentence has one row, or two if both views are asked for and a parallel adapter tells them
 * apart. Rows are ordered by language as far as a language's tensors act on tokens, those that run
 * through the adapter last, then by length; rows without such tensors come first, together,
 * whatever their language. So every slice is one stretch of the packed tokens. What follows pooling
 * needs no such order: its vectors are gathered.
 */
final class BatchPlan {
  /**
   * A stretch and what acts on it.
   *
   * @param modules empty: nothing does
   * @param from first token, or first output row
   * @param tokens how many tokens, or output rows
   */
  record Slice(Optional<IValue> modules, int from, int tokens) {}

  /**
   * One sentence to encode.
   *
   * @param modules of its language, absent for the bare backbone
   */
  record Item(
      TokenSequence tokens,
      boolean monolingual,
      boolean crossLingual,
      @Nullable LoadedModules modules) {}

  private record Row(
      int item,
      TokenSequence tokens,
      @Nullable LoadedModules modules,
      int group,
      boolean adapted) {}

  private record Output(int item, View view, int row, @Nullable IValue finish) {}

  private static final int ALL_BARE = 0;

  private final List<Row> rows;
  private final Runs runs;
  private final List<Slice> slices = new ArrayList<>();
  private final List<Slice> adapters = new ArrayList<>();
  private final List<Slice> finishes = new ArrayList<>();
  private final long[] pooledRows;
  private final int[][] outputOfView;

  private BatchPlan(List<Item> items, List<Row> rows, Runs runs) {
    this.rows = rows;
    this.runs = runs;
    cutSlices();
    List<Output> outputs = outputs(items);
    this.pooledRows = outputs.stream().mapToLong(Output::row).toArray();
    this.outputOfView = new int[View.values().length][items.size()];
    for (int[] view : outputOfView) {
      Arrays.fill(view, -1);
    }
    for (int i = 0; i < outputs.size(); i++) {
      outputOfView[outputs.get(i).view().ordinal()][outputs.get(i).item()] = i;
    }
    for (int i = 0; i < items.size(); i++) {
      // Where the views do not differ, one output serves both.
      for (View view : View.values()) {
        int[] of = outputOfView[view.ordinal()];
        of[i] = of[i] >= 0 ? of[i] : outputOfView[1 - view.ordinal()][i];
      }
    }
  }

  /**
   * @param padded whether attention pads, as on a GPU
   * @param granule what the number of token rows should be a multiple of
   */
  static BatchPlan of(List<Item> items, boolean padded, int granule) {
    Map<LoadedModules, Integer> groups = new IdentityHashMap<>();
    List<Row> rows = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      LoadedModules modules = item.modules();
      boolean adapter = modules != null && modules.adapter().isPresent();
      if (item.monolingual() || !adapter) {
        int group = modules != null && modules.actsOnTokens() ? group(groups, modules) : ALL_BARE;
        rows.add(new Row(i, item.tokens(), modules, group, false));
      }
      if (item.crossLingual() && adapter && modules != null) {
        rows.add(new Row(i, item.tokens(), modules, group(groups, modules), true));
      }
    }
    rows.sort(
        Comparator.comparingInt(Row::group)
            .thenComparing(Row::adapted)
            .thenComparingInt(row -> row.tokens().length()));
    int[] lengths = rows.stream().mapToInt(row -> row.tokens().length()).toArray();
    return new BatchPlan(
        items, rows, padded ? Runs.padded(lengths) : Runs.ofEqualLengths(lengths, granule));
  }

  private static int group(Map<LoadedModules, Integer> groups, LoadedModules modules) {
    Integer known = groups.putIfAbsent(modules, groups.size() + 1);
    return known == null ? groups.size() : known;
  }

  int rows() {
    return rows.size();
  }

  TokenSequence tokens(int row) {
    return rows.get(row).tokens();
  }

  Runs runs() {
    return runs;
  }

  /** Language slices over all real tokens, in order; none if every row is bare. */
  List<Slice> slices() {
    return slices;
  }

  /** Slices of tokens that run through a parallel adapter. */
  List<Slice> adapters() {
    return adapters;
  }

  /** Runs of output rows and what follows their pooling; none if nothing does for any. */
  List<Slice> finishes() {
    return finishes;
  }

  /** The pooled row of each output, if there are {@link #finishes}. */
  long[] pooledRows() {
    return pooledRows;
  }

  /** Which output holds a sentence's vector of a view. */
  int output(int item, View view) {
    return outputOfView[view.ordinal()][item];
  }

  private void cutSlices() {
    if (rows.isEmpty() || rows.getLast().group() == ALL_BARE) {
      return;
    }
    int token = 0;
    for (int from = 0; from < rows.size(); ) {
      Row first = rows.get(from);
      int begin = token;
      int adaptedBegin = -1;
      int to = from;
      for (; to < rows.size() && rows.get(to).group() == first.group(); to++) {
        if (rows.get(to).adapted() && adaptedBegin < 0) {
          adaptedBegin = token;
        }
        token += rows.get(to).tokens().length();
      }
      LoadedModules modules = first.modules();
      boolean own = first.group() != ALL_BARE && modules != null;
      slices.add(
          new Slice(
              own && modules != null ? Optional.of(modules.language()) : Optional.empty(),
              begin,
              token - begin));
      if (adaptedBegin >= 0 && modules != null) {
        adapters.add(new Slice(modules.adapter(), adaptedBegin, token - adaptedBegin));
      }
      from = to;
    }
  }

  /** The vectors to give out, those with the same finish together; as the rows are if none has. */
  private List<Output> outputs(List<Item> items) {
    List<Output> outputs = new ArrayList<>(rows.size());
    boolean any = false;
    for (int r = 0; r < rows.size(); r++) {
      Row row = rows.get(r);
      Item item = items.get(row.item());
      LoadedModules modules = row.modules();
      boolean differ = modules != null && modules.viewsDiffer();
      boolean monolingual = item.monolingual() && !row.adapted();
      boolean crossLingual =
          item.crossLingual() && (row.adapted() || modules == null || modules.adapter().isEmpty());
      if (monolingual) {
        outputs.add(output(row, r, View.MONOLINGUAL));
      }
      if (crossLingual && (differ || !monolingual)) {
        outputs.add(output(row, r, View.CROSS_LINGUAL));
      }
      any |=
          modules != null
              && (modules.finish(View.MONOLINGUAL).isPresent()
                  || modules.finish(View.CROSS_LINGUAL).isPresent());
    }
    if (!any) {
      return outputs;
    }
    Map<IValue, Integer> order = new IdentityHashMap<>();
    for (Output output : outputs) {
      if (output.finish() != null) {
        order.putIfAbsent(output.finish(), order.size());
      }
    }
    outputs.sort(
        Comparator.comparingInt(o -> o.finish() == null ? -1 : order.getOrDefault(o.finish(), 0)));
    for (int from = 0; from < outputs.size(); ) {
      IValue finish = outputs.get(from).finish();
      int to = from;
      while (to < outputs.size() && outputs.get(to).finish() == finish) {
        to++;
      }
      finishes.add(new Slice(Optional.ofNullable(finish), from, to - from));
      from = to;
    }
    return outputs;
  }

  private static Output output(Row row, int index, View view) {
    LoadedModules modules = row.modules();
    return new Output(
        row.item(), view, index, modules == null ? null : modules.finish(view).orElse(null));
  }
}
