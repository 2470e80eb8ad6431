package org.isogloss.encoder.backbone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Fetches the tiny model as a process of its own. Arguments: the home, and whether to {@code make}
 * it or to {@code hang} half-way until killed. Each making leaves a line in {@code made.log}.
 */
final class FetchingProcess {
  private FetchingProcess() {}

  public static void main(String[] arguments) {
    Path home = Path.of(arguments[0]);
    boolean hang = arguments[1].equals("hang");
    new ModelHome(
            home,
            (model, directory, listener) -> {
              Files.writeString(directory.resolve("config.json"), "{\"half\":");
              log(home);
              if (hang) {
                // Ends with the parent at the latest, by the end of the pipe.
                int end = System.in.read();
                throw new IOException("not killed but read " + end);
              }
              RandomBackbone.write(directory, RandomBackbone.Options.TINY);
            })
        .fetch(BackboneCatalogue.TINY, FetchListener.silent());
  }

  static Process start(Path home, String what) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                FetchingProcess.class.getName(),
                home.toString(),
                what))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** How often a making was begun. */
  static long made(Path home) throws IOException {
    Path log = home.resolve("made.log");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  private static void log(Path home) throws IOException {
    Files.writeString(
        home.resolve("made.log"), "made\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
