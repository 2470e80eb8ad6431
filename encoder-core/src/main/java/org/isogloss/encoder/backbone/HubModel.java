package org.isogloss.encoder.backbone;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A repository of Hugging Face's hub at a revision: {@code hf:ORGANISATION/NAME@REVISION}, the
 * revision being a branch, a tag or a commit, {@code main} unless given.
 */
public record HubModel(String organisation, String name, String revision) {
  private static final String SCHEME = "hf:";
  private static final String PART = "[A-Za-z0-9_][A-Za-z0-9_.-]*";
  private static final Pattern FORM =
      Pattern.compile(
          SCHEME + "(" + PART + ")/(" + PART + ")(?:@(" + PART + "(?:/" + PART + ")*))?");

  public HubModel {
    if (!FORM.matcher(SCHEME + organisation + "/" + name + "@" + revision).matches()) {
      throw new IllegalArgumentException(organisation + "/" + name + "@" + revision);
    }
  }

  /**
   * Reads the form.
   *
   * @return empty for what does not begin as one
   * @throws IsoglossException BAD_OPTION for what begins as one and is none
   */
  public static Optional<HubModel> parse(String text) {
    if (!text.startsWith(SCHEME)) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION, text + " is not of the form hf:ORGANISATION/NAME@REVISION");
    }
    return Optional.of(
        new HubModel(
            form.group(1), form.group(2), Optional.ofNullable(form.group(3)).orElse("main")));
  }

  /** The name of its directory among models. */
  String directory() {
    return "hf--%s--%s@%s".formatted(organisation, name, revision.replace("/", "--"));
  }

  @Override
  public String toString() {
    return SCHEME + organisation + "/" + name + "@" + revision;
  }
}
