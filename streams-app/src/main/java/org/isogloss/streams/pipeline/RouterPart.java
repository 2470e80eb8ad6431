package org.isogloss.streams.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.CompletableFuture;
import org.isogloss.error.IsoglossException;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.identify.Identification;
import org.isogloss.streams.identify.LanguageIdentifier;
import org.isogloss.streams.identify.ScriptAndModelIdentifier;
import org.isogloss.streams.route.Router;
import org.isogloss.streams.route.RouterOptions;
import org.jspecify.annotations.Nullable;

/** The router as a part. */
final class RouterPart implements PipelinePart {
  private final Router router;

  RouterPart(RouterOptions options, KafkaSettings kafka, MeterRegistry registry) {
    router = new Router(options, kafka, new LoadedWhenAsked(), registry);
  }

  @Override
  public void start() {
    router.start();
  }

  @Override
  public CompletableFuture<IsoglossException> failure() {
    return router.failure();
  }

  @Override
  public void close() {
    router.close();
  }

  /** The language model takes a second to load, and many a stream never needs it. */
  private static final class LoadedWhenAsked implements LanguageIdentifier {
    private @Nullable LanguageIdentifier loaded;

    @Override
    public Identification identify(String text) {
      return identifier().identify(text);
    }

    private synchronized LanguageIdentifier identifier() {
      LanguageIdentifier present = loaded;
      if (present == null) {
        present = ScriptAndModelIdentifier.load(ScriptAndModelIdentifier.DEFAULT_LANGUAGES);
        loaded = present;
      }
      return present;
    }
  }
}
