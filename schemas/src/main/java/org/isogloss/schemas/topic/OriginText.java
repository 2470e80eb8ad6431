package org.isogloss.schemas.topic;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.schemas.record.Origin;

/**
 * A sentence's place as text: {@code topic/partition@offset}, such as {@code
 * isogloss.sentences/3@42}.
 */
public final class OriginText {
  private static final Pattern FORM = Pattern.compile("([^/]+)/(\\d{1,9})@(\\d{1,18})");

  private OriginText() {}

  public static String format(Origin origin) {
    return origin.getTopic() + '/' + origin.getPartition() + '@' + origin.getOffset();
  }

  /** The place that the text names; empty where it is not of this form. */
  public static Optional<Origin> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new Origin(
                matcher.group(1),
                Integer.parseInt(matcher.group(2)),
                Long.parseLong(matcher.group(3))))
        : Optional.empty();
  }
}
