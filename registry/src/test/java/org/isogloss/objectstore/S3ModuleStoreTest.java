package org.isogloss.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.objectstore.BucketSettings.Patience;
import org.isogloss.store.ModuleCache;
import org.isogloss.store.ModuleStore;
import org.isogloss.store.ModuleStoreKit;
import org.isogloss.store.TinyPacks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Against a real server, through a link that can be harmed. */
@Timeout(120)
class S3ModuleStoreTest extends ModuleStoreKit {
  private static final int PACK_BYTES = 300_000;

  private static final Patience SHORT =
      new Patience(Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(20), 3);

  private BucketServer server;
  private FaultyLink link;
  private ModuleStore store;

  @BeforeEach
  void aServer() throws IOException {
    server = new BucketServer();
    link = new FaultyLink(server.port());
    store = store("s3://" + BucketServer.BUCKET + "/own/packs/", SHORT);
  }

  @AfterEach
  void noServer() throws IOException {
    link.close();
    server.close();
  }

  private ModuleStore store(String location, Patience patience) {
    return store(location, link.address(), patience, BucketServer.CREDENTIALS);
  }

  private static ModuleStore store(
      String location, URI endpoint, Patience patience, AwsCredentialsProvider credentials) {
    return S3ModuleStore.open(
        BucketLocation.parse(location),
        new BucketSettings(Optional.of(endpoint), Optional.empty(), Optional.empty(), patience),
        credentials);
  }

  @Override
  protected ModuleStore store() {
    return store;
  }

  @Override
  protected ModuleStore absentStore() {
    return store("s3://nobodys-modules", SHORT);
  }

  @Override
  protected void alter(Digest digest, byte[] content) {
    server.write("own/packs/" + digest.hex().substring(0, 2) + "/" + digest + ".isogloss", content);
  }

  @Test
  void aDownloadThatIsCutAgainAndAgainGoesOnWhereItWasCut() throws IOException {
    Digest digest = publish("a", PACK_BYTES);
    link.harmNext(3, new FaultyLink.Fault.Cut(90_000));
    store.get(digest, folder.resolve("got"));
    assertThat(folder.resolve("got")).hasSameBinaryContentAs(TinyPacks.file(folder, "a"));
    assertThat(link.connections()).as("one for each piece").isEqualTo(4);
  }

  @Test
  void aDownloadThatGetsNowhereEndsAndTheCacheKeepsNoHalfOfAModule() throws IOException {
    Digest digest = publish("a", PACK_BYTES);
    link.harm(new FaultyLink.Fault.Cut(0));
    fails(ErrorCode.STORE_UNAVAILABLE, store, digest);
    link.harmNext(1, new FaultyLink.Fault.Cut(90_000));
    ModuleStore impatient =
        store(
            store.location(),
            new Patience(Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(20), 1));
    IsoglossException cut = fails(ErrorCode.STORE_UNAVAILABLE, impatient, digest);
    assertThat(cut.reason()).contains("stopped after", "own/packs/");
    ModuleCache cache = new ModuleCache(impatient, folder.resolve("cache"), 1 << 20);
    link.harmNext(1, new FaultyLink.Fault.Cut(90_000));
    assertThatThrownBy(() -> cache.lease(digest))
        .hasMessageContaining(ErrorCode.STORE_UNAVAILABLE.code());
    try (var left = Files.list(folder.resolve("cache"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .allMatch(name -> name.startsWith(".lease-"));
    }
    cache.lease(digest).close();
  }

  @Test
  void aStoreThatFallsSilentIsGivenUp() throws IOException {
    Digest digest = publish("a", PACK_BYTES);
    link.harm(new FaultyLink.Fault.Silence(0));
    fails(ErrorCode.STORE_UNAVAILABLE, store, digest);
    link.harmNext(1, new FaultyLink.Fault.Silence(50_000));
    store.get(digest, folder.resolve("after-a-silence"));
    assertThat(folder.resolve("after-a-silence"))
        .hasSameBinaryContentAs(TinyPacks.file(folder, "a"));
  }

  @Test
  void aStoreThatDripsIsGivenUpWhenItTakesTooLongAsAWhole() throws IOException {
    Digest digest = publish("a", PACK_BYTES);
    link.harm(new FaultyLink.Fault.Drip(500, Duration.ofMillis(20)));
    ModuleStore hasty =
        store(
            store.location(),
            new Patience(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(3), 3));
    long started = System.nanoTime();
    IsoglossException slow = fails(ErrorCode.STORE_UNAVAILABLE, hasty, digest);
    assertThat(slow.reason()).contains("is slow");
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void anUploadThatIsNotTakenEndsAndLeavesNoModule() throws IOException {
    int moreThanSocketsHold = 20_000_000;
    Digest digest = TinyPacks.pack(folder, "big", moreThanSocketsHold);
    ModuleStore hasty =
        store(
            store.location(),
            new Patience(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(4), 3));
    link.harm(new FaultyLink.Fault.Deaf(100_000));
    assertThatThrownBy(() -> hasty.put(digest, TinyPacks.file(folder, "big")))
        .hasMessageContaining(ErrorCode.STORE_UNAVAILABLE.code());
    link.harmNext(0, new FaultyLink.Fault.None());
    assertThat(server.objects()).isZero();
    fails(ErrorCode.MODULE_MISSING, store, digest);
  }

  @Test
  void aMissingBucketIsNamedOnTheWayInToo() throws IOException {
    Digest digest = TinyPacks.pack(folder, "a", 10);
    assertThatThrownBy(() -> absentStore().put(digest, TinyPacks.file(folder, "a")))
        .hasMessageContaining(ErrorCode.STORE_UNAVAILABLE.code())
        .hasMessageContaining("the bucket nobodys-modules is not there");
  }

  @Test
  void aStoreThatIsNotThereIsUnavailable() throws IOException {
    ModuleStore nobody =
        store("s3://modules", URI.create("http://127.0.0.1:1"), SHORT, BucketServer.CREDENTIALS);
    fails(ErrorCode.STORE_UNAVAILABLE, nobody, Digest.of("x"));
    Digest digest = TinyPacks.pack(folder, "a", 10);
    assertThatThrownBy(() -> nobody.put(digest, TinyPacks.file(folder, "a")))
        .hasMessageContaining(ErrorCode.STORE_UNAVAILABLE.code());
  }

  @Test
  void aFullDiskIsNoFaultOfTheStore() throws IOException {
    Digest digest = publish("a", 10);
    Path nowhere = folder.resolve("no-folder").resolve("got");
    assertThatThrownBy(() -> store.get(digest, nowhere))
        .hasMessageContaining(ErrorCode.OUTPUT_FAILED.code());
  }

  @Test
  void noFailureSpeaksOfTheSecret() throws IOException {
    Digest digest = publish("a", PACK_BYTES);
    link.harm(new FaultyLink.Fault.Cut(0));
    for (Throwable cause = fails(ErrorCode.STORE_UNAVAILABLE, store, digest);
        cause != null;
        cause = cause.getCause()) {
      assertThat(String.valueOf(cause)).doesNotContain("keep-this-secret");
    }
  }
}
