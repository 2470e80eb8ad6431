package org.isogloss.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.isogloss.encoder.backbone.HubServer;
import org.isogloss.encoder.backbone.TestCheckpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is fetched from a hub as a user does it, and encodes. */
class HubModelTest {
  private static final String TOKEN = "hub-token-never-shown";

  @TempDir private Path folder;

  @Test
  void aModelOfAHubThatWantsATokenIsFetchedWithTheTokenOfTheEnvironmentAndEncodes()
      throws IOException {
    Path repository = TestCheckpoints.copy("labse", folder.resolve("repository"));
    Commands commands = new Commands(folder);
    try (HubServer hub = new HubServer(repository)) {
      hub.want(TOKEN);
      Map<String, String> without = Map.of("HF_ENDPOINT", hub.endpoint());
      CommandProcess.Result refused =
          commands.run(without, "", "models", "fetch", "hf:org/model@main");
      assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(1);
      assertThat(refused.err()).contains("ISOGLOSS_HF_TOKEN", "remedy: ");

      Map<String, String> with =
          Map.of("ISOGLOSS_HF_ENDPOINT", hub.endpoint(), "ISOGLOSS_HF_TOKEN", TOKEN);
      CommandProcess.Result fetched =
          commands.run(with, "", "models", "fetch", "hf:org/model@main").requireSuccess();
      assertThat(fetched.out()).startsWith("hf:org/model@main\t").contains("hf--org--model@main");
      assertThat(fetched.toString()).doesNotContain(TOKEN);

      int asked = hub.files().size();
      CommandProcess.Result encoded =
          commands
              .run(
                  with,
                  "Ein Satz.\n",
                  "encode",
                  "--direct",
                  "--lang",
                  "de",
                  "--model",
                  "hf:org/model@main")
              .requireSuccess();
      assertThat(EncodedLine.of(encoded)).singleElement().matches(line -> !line.isRefused());
      assertThat(hub.files()).as("what is there is not fetched again").hasSize(asked);
    }
  }
}
