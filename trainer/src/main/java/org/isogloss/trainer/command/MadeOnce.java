package org.isogloss.trainer.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * A folder whose folders are made by commands of this program, in this process, each once: beside
 * each lies the command line that made it, and by another it is not made over. A command that was
 * killed is given again and goes on from its own checkpoint.
 *
 * @param folder exists
 */
record MadeOnce(Terminal terminal, Path folder) {
  /**
   * Makes one folder, unless it is made.
   *
   * @param words the command and its options, but for {@code --out}
   * @param whole whether what is there is all
   * @throws IsoglossException the command's failure; BAD_CHECKPOINT if it was made by another one
   */
  Path make(String name, List<String> words, Predicate<Path> whole) throws IOException {
    Path made = folder.resolve(name);
    Path line = folder.resolve(name + ".line");
    String text = String.join("\n", words) + "\n";
    if (Files.exists(made) && (!Files.exists(line) || !Files.readString(line).equals(text))) {
      throw new IsoglossException(
          ErrorCode.BAD_CHECKPOINT, made + " was made from other data or by other options");
    }
    if (Files.exists(made) && whole.test(made)) {
      terminal.note("%s is made", name);
      return made;
    }
    Files.writeString(line, text);
    terminal.note("%s: %s %s", name, words.get(0), words.get(1));
    Terminal own =
        new Terminal(
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
            terminal.err(),
            terminal.nanoClock(),
            terminal.stop());
    List<String> complete = new ArrayList<>(words);
    complete.addAll(List.of("--out", made.toString()));
    StageLine.execute(Trainer.commandLine(own, Map.of()), complete);
    return made;
  }
}
