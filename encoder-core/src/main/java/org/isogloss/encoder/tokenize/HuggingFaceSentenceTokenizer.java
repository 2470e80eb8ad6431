package org.isogloss.encoder.tokenize;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A tokenizer of Hugging Face's native library. Truncation is done here and not there, so that it
 * is seen; and only as much of a long text is tokenised as the limit can need.
 */
final class HuggingFaceSentenceTokenizer implements SentenceTokenizer {
  /** Texts up to so many characters are tokenised whole. */
  private static final int WHOLE_CHARACTERS = 4096;

  /** A first guess for longer texts: characters for each token of the limit. */
  private static final int CHARACTERS_PER_TOKEN = 16;

  private final HuggingFaceTokenizer tokenizer;
  private final int vocabularySize;
  private final OptionalInt mostPiecesPerWord;
  private final int specialTokens;
  private final int closingTokens;

  private HuggingFaceSentenceTokenizer(HuggingFaceTokenizer tokenizer, TokenizerJsonFile file) {
    this.tokenizer = tokenizer;
    this.vocabularySize = file.vocabularySize();
    this.mostPiecesPerWord = file.mostPiecesPerWord();
    long[] special = tokenizer.encode("a", true, false).getSpecialTokenMask();
    int closing = 0;
    while (closing < special.length && special[special.length - 1 - closing] == 1) {
      closing++;
    }
    this.closingTokens = closing;
    this.specialTokens = (int) Arrays.stream(special).filter(mask -> mask == 1).count();
  }

  static HuggingFaceSentenceTokenizer open(Path origin, TokenizerJsonFile file) {
    // The library otherwise looks for a GPU build of itself on the network.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    try {
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(file.json()),
              Map.of("truncation", "false", "padding", "false"));
      try {
        return new HuggingFaceSentenceTokenizer(tokenizer, file);
      } catch (RuntimeException | Error e) {
        tokenizer.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      throw new IsoglossException(
          ErrorCode.BAD_TOKENIZER, origin + " is no tokenizer: " + e.getMessage(), e);
    }
  }

  @Override
  public TokenSequence tokenize(String text, int maxTokens) {
    if (maxTokens <= specialTokens) {
      throw new IllegalArgumentException(
          maxTokens + " tokens leave no room beside " + specialTokens + " special ones");
    }
    long prefix = Math.max(WHOLE_CHARACTERS, (long) CHARACTERS_PER_TOKEN * maxTokens);
    for (; prefix < text.length(); prefix *= 4) {
      int bound = (int) prefix;
      // Only the word that a cut goes through can change its tokens. Where its pieces are bounded
      // the cut goes anywhere: a search for a space might go back to the start of the text.
      int unsettled = mostPiecesPerWord.orElse(0);
      int end = mostPiecesPerWord.isPresent() ? beforePair(text, bound) : lastSpace(text, bound);
      if (end < 0) {
        continue;
      }
      long[] ids = encode(text.substring(0, end));
      if (ids.length - unsettled > maxTokens) {
        return truncate(ids, maxTokens);
      }
    }
    long[] ids = encode(text);
    return ids.length > maxTokens
        ? truncate(ids, maxTokens)
        : new TokenSequence(narrow(ids, ids.length), false);
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private long[] encode(String text) {
    Encoding encoding = tokenizer.encode(text, true, false);
    return encoding.getIds();
  }

  /** Keeps the first tokens and the closing special ones. */
  private TokenSequence truncate(long[] ids, int maxTokens) {
    int[] kept = narrow(ids, maxTokens);
    for (int i = 1; i <= closingTokens; i++) {
      kept[maxTokens - i] = (int) ids[ids.length - i];
    }
    return new TokenSequence(kept, true);
  }

  private static int[] narrow(long[] ids, int length) {
    int[] narrow = new int[length];
    for (int i = 0; i < length; i++) {
      narrow[i] = (int) ids[i];
    }
    return narrow;
  }

  private static int lastSpace(String text, int end) {
    for (int i = end - 1; i >= 0; i--) {
      if (text.charAt(i) == ' ' || text.charAt(i) == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static int beforePair(String text, int end) {
    return Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end)) ? end - 1 : end;
  }
}
