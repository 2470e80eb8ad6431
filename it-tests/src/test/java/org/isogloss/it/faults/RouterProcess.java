package org.isogloss.it.faults;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import org.isogloss.error.IsoglossException;
import org.isogloss.it.process.Leash;
import org.isogloss.kafka.KafkaSettings;
import org.isogloss.streams.identify.LanguageIdentifier;
import org.isogloss.streams.identify.ScriptAndModelIdentifier;
import org.isogloss.streams.route.Router;
import org.isogloss.streams.route.RouterOptions;

/** A router in a process of its own: {@code RouterProcess BOOTSTRAP STATE-DIRECTORY}. */
public final class RouterProcess {
  private RouterProcess() {}

  public static void main(String[] arguments) {
    Leash.attach();
    RouterOptions defaults = RouterOptions.defaults(Path.of(arguments[1]));
    RouterOptions options =
        new RouterOptions(
            defaults.applicationId(),
            defaults.input(),
            defaults.output(),
            defaults.threads(),
            Poison.MAX_CHARACTERS,
            defaults.policy(),
            defaults.homes(),
            defaults.views(),
            defaults.stateDirectory());
    Router router =
        new Router(
            options, KafkaSettings.of(arguments[0]), identifier(), new SimpleMeterRegistry());
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(router::close));
    router.failure().thenAccept(Leash::fail);
    try {
      router.start();
    } catch (IsoglossException e) {
      Leash.fail(e);
    }
    Leash.ready();
    Leash.serve();
  }

  private static LanguageIdentifier identifier() {
    return ScriptAndModelIdentifier.load(ScriptAndModelIdentifier.DEFAULT_LANGUAGES);
  }
}
