package org.isogloss.encoder.engine;

import java.nio.LongBuffer;
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
 * How a micro-batch of many languages and both views, or a part of one, becomes one native call.
 *
 * <p>A sentence has one row, or two if both views are asked for and a parallel adapter tells them
 * apart. Rows are ordered by language as far as a language's tensors act on tokens, those that run
 * through the adapter last, then by length; rows without such tensors come first, together,
 * whatever their language. So every slice is one stretch of the packed tokens. What follows pooling
 * needs no such order: its vectors are gathered.
 *
 * @param <T> what the tensors of a part of a module are held as
 */
final class BatchPlan<T> {
  /** Rows of the tokens' tensor: id, row of the position table, slot in the padded layout. */
  static final int TOKEN_ROWS = 3;

  /**
   * A stretch and what acts on it.
   *
   * @param modules empty: nothing does
   * @param from first token, or first output row
   * @param tokens how many tokens, or output rows
   */
  record Slice<T>(Optional<T> modules, int from, int tokens) {}

  /**
   * One sentence to encode.
   *
   * @param modules of its language, absent for the bare backbone
   */
  record Item<T>(
      TokenSequence tokens,
      boolean monolingual,
      boolean crossLingual,
      @Nullable ComposedModules<T> modules) {
    /** Whether it has a row that does not run through a parallel adapter. */
    boolean plain() {
      return monolingual || !hasAdapter();
    }

    /** Whether it has a row that does. */
    boolean adapted() {
      return crossLingual && hasAdapter();
    }

    /** Tokens of all its rows. */
    int cost() {
      return tokens.length() * (plain() && adapted() ? 2 : 1);
    }

    private boolean hasAdapter() {
      return modules != null && modules.adapter().isPresent();
    }
  }

  private record Row<T>(
      int item,
      TokenSequence tokens,
      @Nullable ComposedModules<T> modules,
      int group,
      boolean adapted) {}

  private record Output<T>(int item, View view, int row, @Nullable T finish) {}

  private static final int ALL_BARE = 0;

  private final List<Row<T>> rows;
  private final Runs runs;
  private final List<Slice<T>> slices = new ArrayList<>();
  private final List<Slice<T>> adapters = new ArrayList<>();
  private final List<Slice<T>> finishes = new ArrayList<>();
  private final long[] pooledRows;
  private final int[][] outputOfView;

  private BatchPlan(List<Item<T>> items, List<Row<T>> rows, Runs runs) {
    this.rows = rows;
    this.runs = runs;
    cutSlices();
    List<Output<T>> outputs = outputs(items);
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
  static <T> BatchPlan<T> of(List<Item<T>> items, boolean padded, int granule) {
    Map<ComposedModules<T>, Integer> groups = new IdentityHashMap<>();
    List<Row<T>> rows = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      Item<T> item = items.get(i);
      ComposedModules<T> modules = item.modules();
      if (item.plain()) {
        int group = modules != null && modules.actsOnTokens() ? group(groups, modules) : ALL_BARE;
        rows.add(new Row<>(i, item.tokens(), modules, group, false));
      }
      if (item.adapted() && modules != null) {
        rows.add(new Row<>(i, item.tokens(), modules, group(groups, modules), true));
      }
    }
    rows.sort(
        Comparator.<Row<T>>comparingInt(Row::group)
            .thenComparing(Row::adapted)
            .thenComparingInt(row -> row.tokens().length()));
    int[] lengths = rows.stream().mapToInt(row -> row.tokens().length()).toArray();
    return new BatchPlan<>(
        items, rows, padded ? Runs.padded(lengths) : Runs.ofEqualLengths(lengths, granule));
  }

  private static <T> int group(
      Map<ComposedModules<T>, Integer> groups, ComposedModules<T> modules) {
    Integer known = groups.putIfAbsent(modules, groups.size() + 1);
    return known == null ? groups.size() : known;
  }

  int rows() {
    return rows.size();
  }

  TokenSequence tokens(int row) {
    return rows.get(row).tokens();
  }

  /** Which sentence a row is of. */
  int item(int row) {
    return rows.get(row).item();
  }

  Runs runs() {
    return runs;
  }

  /**
   * Writes the packed tokens, {@code [3][height]} row-major, filling rows last.
   *
   * @param firstPosition row of the position table where sentences begin
   */
  void writeTokens(LongBuffer values, int firstPosition, int padId) {
    int total = runs.height();
    int at = 0;
    for (int row = 0; row < rows(); row++) {
      TokenSequence tokens = tokens(row);
      for (int place = 0; place < tokens.length(); place++, at++) {
        values.put(at, tokens.id(place));
        values.put(total + at, firstPosition + place);
        values.put(2 * total + at, (long) row * runs.longest() + place);
      }
    }
    for (; at < total; at++) {
      values.put(at, padId);
      values.put(total + at, firstPosition);
      values.put(2 * total + at, 0);
    }
  }

  /** Language slices over all real tokens, in order; none if every row is bare. */
  List<Slice<T>> slices() {
    return slices;
  }

  /** Slices of tokens that run through a parallel adapter. */
  List<Slice<T>> adapters() {
    return adapters;
  }

  /** Runs of output rows and what follows their pooling; none if nothing does for any. */
  List<Slice<T>> finishes() {
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
      Row<T> first = rows.get(from);
      int begin = token;
      int adaptedBegin = -1;
      int to = from;
      for (; to < rows.size() && rows.get(to).group() == first.group(); to++) {
        if (rows.get(to).adapted() && adaptedBegin < 0) {
          adaptedBegin = token;
        }
        token += rows.get(to).tokens().length();
      }
      ComposedModules<T> modules = first.modules();
      boolean own = first.group() != ALL_BARE && modules != null;
      slices.add(
          new Slice<>(
              own && modules != null ? Optional.of(modules.language()) : Optional.empty(),
              begin,
              token - begin));
      if (adaptedBegin >= 0 && modules != null) {
        adapters.add(new Slice<>(modules.adapter(), adaptedBegin, token - adaptedBegin));
      }
      from = to;
    }
  }

  /** The vectors to give out, those with the same finish together; as the rows are if none has. */
  private List<Output<T>> outputs(List<Item<T>> items) {
    List<Output<T>> outputs = new ArrayList<>(rows.size());
    boolean any = false;
    for (int r = 0; r < rows.size(); r++) {
      Row<T> row = rows.get(r);
      Item<T> item = items.get(row.item());
      ComposedModules<T> modules = row.modules();
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
    Map<T, Integer> order = new IdentityHashMap<>();
    for (Output<T> output : outputs) {
      if (output.finish() != null) {
        order.putIfAbsent(output.finish(), order.size());
      }
    }
    outputs.sort(
        Comparator.comparingInt(o -> o.finish() == null ? -1 : order.getOrDefault(o.finish(), 0)));
    for (int from = 0; from < outputs.size(); ) {
      T finish = outputs.get(from).finish();
      int to = from;
      while (to < outputs.size() && outputs.get(to).finish() == finish) {
        to++;
      }
      finishes.add(new Slice<>(Optional.ofNullable(finish), from, to - from));
      from = to;
    }
    return outputs;
  }

  private static <T> Output<T> output(Row<T> row, int index, View view) {
    ComposedModules<T> modules = row.modules();
    return new Output<>(
        row.item(), view, index, modules == null ? null : modules.finish(view).orElse(null));
  }
}
