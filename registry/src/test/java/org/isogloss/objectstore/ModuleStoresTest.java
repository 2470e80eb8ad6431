package org.isogloss.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.store.DirectoryModuleStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleStoresTest {
  private static final BucketSettings ELSEWHERE =
      new BucketSettings(
          Optional.of(URI.create("http://127.0.0.1:9000")),
          Optional.empty(),
          Optional.empty(),
          BucketSettings.Patience.STANDARD);

  @Test
  void theLocationChoosesTheStore(@TempDir Path folder) {
    assertThat(ModuleStores.open(folder.toString(), ELSEWHERE))
        .isInstanceOf(DirectoryModuleStore.class);
    assertThat(ModuleStores.open("s3://modules/own/", ELSEWHERE).location())
        .isEqualTo("s3://modules/own");
    assertThat(ModuleStores.open("s3://modules", ELSEWHERE).location()).isEqualTo("s3://modules");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://",
        "s3:///own",
        "s3://Modules/own",
        "s3://m",
        "gs://modules",
        "http://x/y",
        " "
      })
  void whatIsNoLocationIsRefused(String location) {
    assertThatThrownBy(() -> ModuleStores.open(location, ELSEWHERE))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:9000", "ftp://host", "http://me:hushhush@host", "http://a b"})
  void anEndpointIsAnAddressWithoutSecrets(String endpoint) {
    assertThatThrownBy(() -> BucketSettings.endpoint(endpoint))
        .isInstanceOfSatisfying(
            IsoglossException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION))
        .hasMessageNotContaining("hushhush")
        .hasNoCause();
  }

  @Test
  void keysAreTheNamesOfADirectoryStore() {
    Digest digest = Digest.of("x");
    String name = digest.hex().substring(0, 2) + "/" + digest + ".isogloss";
    assertThat(BucketLocation.parse("s3://modules").key(digest)).isEqualTo(name);
    assertThat(BucketLocation.parse("s3://modules//own/").key(digest)).isEqualTo("own/" + name);
  }
}
