package org.isogloss.trainer.loop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** Loss and score over the steps, kept beside the checkpoint and drawn. For one thread. */
final class LossCurve {
  private static final String HEAD = "step\tloss\tlearning_rate\tgradient_norm\ttokens\tscore";
  private static final int WIDTH = 860;
  private static final int HEIGHT = 380;
  private static final int MARGIN = 56;

  /** Share of the newest loss in the line drawn through the losses. */
  private static final double SMOOTHING = 0.1;

  /**
   * One step.
   *
   * @param step how many steps had been made when the score was taken; its loss is of the step
   *     before
   * @param loss absent for the start
   */
  record Point(
      long step,
      OptionalDouble loss,
      double learningRate,
      double gradientNorm,
      int tokens,
      OptionalDouble score) {
    String line() {
      return String.join(
          "\t",
          Long.toString(step),
          text(loss),
          Double.toString(learningRate),
          Double.toString(gradientNorm),
          Integer.toString(tokens),
          text(score));
    }

    static Point parse(String line) {
      String[] cells = line.split("\t", -1);
      return new Point(
          Long.parseLong(cells[0]),
          number(cells[1]),
          Double.parseDouble(cells[2]),
          Double.parseDouble(cells[3]),
          Integer.parseInt(cells[4]),
          number(cells[5]));
    }

    private static String text(OptionalDouble value) {
      return value.isPresent() ? Double.toString(value.getAsDouble()) : "";
    }

    private static OptionalDouble number(String cell) {
      return cell.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(cell));
    }
  }

  private final List<Point> points = new ArrayList<>();

  void add(Point point) {
    points.add(point);
  }

  /** Gives the last point a score. */
  void score(double score) {
    Point last = points.removeLast();
    points.add(
        new Point(
            last.step(),
            last.loss(),
            last.learningRate(),
            last.gradientNorm(),
            last.tokens(),
            OptionalDouble.of(score)));
  }

  List<Point> points() {
    return List.copyOf(points);
  }

  /** The points up to a step, of a file that may go on beyond it. */
  static LossCurve read(Path file, long lastStep) throws IOException {
    LossCurve curve = new LossCurve();
    List<String> lines = Files.readAllLines(file, UTF_8);
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      Point point = Point.parse(line);
      if (point.step() <= lastStep) {
        curve.add(point);
      }
    }
    return curve;
  }

  void write(Path tsv, Path svg, String title, String scoreName) throws IOException {
    StringBuilder table = new StringBuilder(HEAD).append('\n');
    points.forEach(point -> table.append(point.line()).append('\n'));
    replace(tsv, table.toString());
    replace(svg, svg(title, scoreName));
  }

  private static void replace(Path file, String content) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(part, content, UTF_8);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private String svg(String title, String scoreName) {
    List<Point> losses = points.stream().filter(p -> p.loss().isPresent()).toList();
    List<Point> scores = points.stream().filter(p -> p.score().isPresent()).toList();
    long lastStep = points.isEmpty() ? 1 : Math.max(1, points.getLast().step());
    StringBuilder svg =
        new StringBuilder(
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
            <rect width="100%%" height="100%%" fill="white"/>
            <text x="%d" y="24" font-size="15">%s</text>
            <path d="M%d %d V%d H%d V%d" fill="none" stroke="#888"/>
            """
                .formatted(
                    WIDTH,
                    HEIGHT,
                    MARGIN,
                    escape(title),
                    MARGIN,
                    MARGIN,
                    HEIGHT - MARGIN,
                    WIDTH - MARGIN,
                    MARGIN));
    List<Point> smooth = new ArrayList<>();
    double mean = Double.NaN;
    for (Point point : losses) {
      double loss = point.loss().getAsDouble();
      mean = Double.isNaN(mean) ? loss : (1 - SMOOTHING) * mean + SMOOTHING * loss;
      smooth.add(new Point(point.step(), OptionalDouble.of(mean), 0, 0, 0, OptionalDouble.empty()));
    }
    ToDoubleFunction<Point> loss = p -> p.loss().orElse(Double.NaN);
    ToDoubleFunction<Point> score = p -> p.score().orElse(Double.NaN);
    line(svg, losses, losses, loss, lastStep, "#f0b8b8", 1);
    line(svg, smooth, losses, loss, lastStep, "#c02020", 2);
    line(svg, scores, scores, score, lastStep, "#2050c0", 2);
    axis(svg, losses, loss, MARGIN - 6, "end", "#c02020", "loss");
    axis(svg, scores, score, WIDTH - MARGIN + 6, "start", "#2050c0", scoreName);
    svg.append(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%d steps</text>\n</svg>\n"
            .formatted(WIDTH / 2, HEIGHT - MARGIN + 20, lastStep));
    return svg.toString();
  }

  private static void line(
      StringBuilder svg,
      List<Point> line,
      List<Point> range,
      ToDoubleFunction<Point> value,
      long lastStep,
      String colour,
      int width) {
    if (line.isEmpty()) {
      return;
    }
    double low = range.stream().mapToDouble(value).min().orElse(0);
    double high = range.stream().mapToDouble(value).max().orElse(1);
    double span = high > low ? high - low : 1;
    svg.append(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%d\" points=\""
            .formatted(colour, width));
    for (Point point : line) {
      double x = MARGIN + (double) (WIDTH - 2 * MARGIN) * point.step() / lastStep;
      double y =
          HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value.applyAsDouble(point) - low) / span;
      svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
    }
    svg.append("\"/>\n");
  }

  private static void axis(
      StringBuilder svg,
      List<Point> range,
      ToDoubleFunction<Point> value,
      int x,
      String anchor,
      String colour,
      String name) {
    if (range.isEmpty()) {
      return;
    }
    double low = range.stream().mapToDouble(value).min().orElse(0);
    double high = range.stream().mapToDouble(value).max().orElse(1);
    svg.append(
        String.format(
            Locale.ROOT,
            """
            <text x="%d" y="%d" text-anchor="%s" fill="%s">%.3g</text>
            <text x="%d" y="%d" text-anchor="%s" fill="%s">%.3g</text>
            <text x="%d" y="%d" text-anchor="%s" fill="%s">%s</text>
            """,
            x,
            MARGIN + 4,
            anchor,
            colour,
            high,
            x,
            HEIGHT - MARGIN,
            anchor,
            colour,
            low,
            x,
            MARGIN - 14,
            anchor,
            colour,
            escape(name)));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
