package org.isogloss.encoder.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HubFetchTest {
  private static final HubModel MODEL = new HubModel("org", "model", "main");

  @TempDir Path folder;
  private Path repository = Path.of("");
  private HubServer server = new HubServer(repository);

  @BeforeEach
  void hub() throws IOException {
    server.close();
    repository = TestCheckpoints.copy("labse", folder.resolve("repository"));
    Files.writeString(repository.resolve("pytorch_model.bin"), "not wanted");
    server = new HubServer(repository);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private ModelHome home(Optional<String> token) {
    HubClient client = new HubClient(URI.create(server.endpoint()), token, Duration.ofMillis(1));
    return new ModelHome(
        folder.resolve("home"),
        (model, directory, listener) -> {
          throw new IllegalStateException("nothing else is fetched");
        },
        () -> client);
  }

  private Path fetch() {
    return home(Optional.empty()).fetch(MODEL, Optional.empty(), FetchListener.silent());
  }

  private void fails(ErrorCode code, String why) {
    assertThatThrownBy(this::fetch)
        .isInstanceOfSatisfying(
            IsoglossException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.reason()).contains(why);
            });
  }

  @Test
  void aModelOfTheHubIsFetchedOpensAndIsNotFetchedAgain() throws IOException {
    Path directory = fetch();
    assertThat(directory.getFileName()).hasToString("hf--org--model@main");
    try (Backbone fetched = Backbone.open(directory);
        Backbone original = Backbone.open(repository)) {
      assertThat(fetched.digest()).isEqualTo(original.digest());
    }
    assertThat(directory.resolve("pytorch_model.bin")).doesNotExist();
    assertThat(directory.resolve("isogloss.json"))
        .content()
        .contains("hf:org/model@main", HubServer.COMMIT, "\"licence\" : \"mit\"", "2_Dense/model");
    int requests = server.requests.size();
    assertThat(fetch()).isEqualTo(directory);
    assertThat(home(Optional.empty()).resolve("hf:org/model", FetchListener.silent()))
        .isEqualTo(directory);
    assertThat(server.requests).hasSize(requests);
  }

  @Test
  void theConfigurationComesFirstAndAModelOfAnotherKindIsRefusedBeforeItsWeights()
      throws IOException {
    Files.writeString(repository.resolve("config.json"), "{\"model_type\": \"t5\"}");
    fails(ErrorCode.UNSUPPORTED_MODEL, "t5");
    assertThat(server.files()).hasSize(1);
  }

  @Test
  void aBrokenConnectionIsGoneOnFrom() {
    server.breaks.put("model.safetensors", 20_000);
    Path directory = fetch();
    assertThat(server.requests).contains("storage /model.safetensors bytes=20000-");
    Backbone.open(directory).close();
  }

  @Test
  void aLaterProcessGoesOnWhereAnEarlierOneEnded() throws IOException {
    Path download =
        Files.createDirectories(folder.resolve("home/models/.download-hf--org--model@main"));
    byte[] weights = Files.readAllBytes(repository.resolve("model.safetensors"));
    Files.writeString(download.resolve(".commit"), HubServer.COMMIT);
    Files.copy(repository.resolve("config.json"), download.resolve("config.json"));
    Files.write(download.resolve("model.safetensors.part"), Arrays.copyOf(weights, 30_000));
    Path directory = fetch();
    assertThat(server.files())
        .noneMatch(each -> each.endsWith("/config.json") && !each.contains("_"));
    assertThat(server.requests).contains("storage /model.safetensors bytes=30000-");
    assertThat(directory.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(download).doesNotExist();
  }

  @Test
  void whatIsThereOfAnotherCommitIsNotGoneOnFrom() throws IOException {
    Path download =
        Files.createDirectories(folder.resolve("home/models/.download-hf--org--model@main"));
    Files.writeString(download.resolve(".commit"), "f".repeat(40));
    Files.writeString(download.resolve("config.json"), "of another commit");
    Backbone.open(fetch()).close();
  }

  @Test
  void aHubThatForgetsRangesIsReadFromTheBeginning() throws IOException {
    server.breaks.put("model.safetensors", 20_000);
    server.forgetsRanges = true;
    assertThat(fetch().resolve("model.safetensors"))
        .hasSameBinaryContentAs(repository.resolve("model.safetensors"));
  }

  @Test
  void whatIsNotWhatWasAnnouncedIsRefusedAndNotKept() {
    server.lies = true;
    fails(ErrorCode.DIGEST_MISMATCH, "safetensors of hf:org/model@main is not what the hub");
    server.lies = false;
    Backbone.open(fetch()).close();
  }

  @Test
  void theTokenGoesToTheHubAndToNobodyElse() {
    server.wantedToken = Optional.of("hf_secret");
    fails(ErrorCode.FETCH_FAILED, "wants a token");
    assertThatThrownBy(
            () ->
                home(Optional.of("hf_wrong"))
                    .fetch(MODEL, Optional.empty(), FetchListener.silent()))
        .hasMessageContaining("has no right")
        .hasMessageNotContaining("hf_wrong");
    Path directory =
        home(Optional.of("hf_secret")).fetch(MODEL, Optional.empty(), FetchListener.silent());
    assertThat(server.tokensAtStorage).isEmpty();
    assertThat(directory.resolve("isogloss.json")).content().doesNotContain("secret");
  }

  @Test
  void aBusyHubIsAskedAgainAndAnUnknownModelIsNot() {
    server.statuses.put("/api/models/org/model/revision/main", 503);
    Backbone.open(fetch()).close();
    HubModel unknown = new HubModel("org", "other", "main");
    assertThatThrownBy(
            () -> home(Optional.empty()).fetch(unknown, Optional.empty(), FetchListener.silent()))
        .hasMessageContaining("the hub has no hf:org/other@main");
    assertThat(server.requests).filteredOn(each -> each.contains("other")).hasSize(1);
  }

  @Test
  void aModelWithoutSafetensorsIsRefused() throws IOException {
    Files.delete(repository.resolve("model.safetensors"));
    fails(ErrorCode.UNSUPPORTED_MODEL, "has no safetensors");
  }

  @Test
  void shardsAreFetchedByTheirNames() throws IOException {
    server.close();
    repository = TestCheckpoints.copy("xlm-r", folder.resolve("sharded"));
    server = new HubServer(repository);
    Path directory =
        home(Optional.empty()).fetch(MODEL, Optional.of("query: "), FetchListener.silent());
    try (Backbone backbone = Backbone.open(directory)) {
      assertThat(backbone.recipe().textPrefix()).isEqualTo("query: ");
      assertThat(backbone.config().positionOffset()).isEqualTo(2);
    }
  }

  @Test
  void theFormOfANameIsChecked() {
    assertThat(HubModel.parse("hf:org/model@refs/pr/1"))
        .contains(new HubModel("org", "model", "refs/pr/1"));
    assertThat(HubModel.parse("hf:org/model")).contains(MODEL);
    assertThat(HubModel.parse("mbert")).isEmpty();
    for (String wrong : List.of("hf:model", "hf:../model", "hf:org/mo del", "hf:org/model@../x")) {
      assertThatThrownBy(() -> HubModel.parse(wrong)).as(wrong).hasMessageContaining("ISO-121");
    }
  }

  @Test
  void withoutAnAddressOfTheHubThatIsSaid() {
    for (Map<String, String> environment :
        List.of(Map.<String, String>of(), Map.of("ISOGLOSS_HF_ENDPOINT", "no address"))) {
      assertThatThrownBy(
              () ->
                  new ModelHome(folder.resolve("other"), environment)
                      .resolve("hf:org/model", FetchListener.silent()))
          .hasMessageContaining("ISO-206")
          .hasMessageContaining("hub");
    }
    Path directory =
        new ModelHome(folder.resolve("another"), Map.of("ISOGLOSS_HF_ENDPOINT", server.endpoint()))
            .resolve("hf:org/model", FetchListener.silent());
    Backbone.open(directory).close();
  }
}
