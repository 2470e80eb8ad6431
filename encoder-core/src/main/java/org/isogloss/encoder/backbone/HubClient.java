package org.isogloss.encoder.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Speaks to a hub of Hugging Face's layout: {@code GET
 * /api/models/ORG/NAME/revision/REV?blobs=true} says what there is, {@code GET
 * /ORG/NAME/resolve/COMMIT/PATH} gives a file, perhaps by way of a redirection to another host.
 * What a connection that broke had brought is kept, and the rest asked for by {@code Range}.
 *
 * <p>The token goes to the hub itself and to nobody it redirects to; it stands in no message.
 *
 * <p>Safe for several threads.
 */
final class HubClient {
  private static final Duration TO_CONNECT = Duration.ofSeconds(20);
  private static final Duration TO_ANSWER = Duration.ofSeconds(60);
  private static final int MOST_REDIRECTIONS = 5;
  private static final int TRIES = 6;
  private static final int BUFFER = 1 << 16;
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final JsonMapper JSON = new JsonMapper();

  private final URI endpoint;
  private final Optional<String> token;
  private final Duration firstPause;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(TO_CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /**
   * @param firstPause before the first repetition; each further one is twice as long
   */
  HubClient(URI endpoint, Optional<String> token, Duration firstPause) {
    this.endpoint = endpoint;
    this.token = token;
    this.firstPause = firstPause;
  }

  /**
   * As the environment says: the address in {@code ISOGLOSS_HF_ENDPOINT}, else {@code HF_ENDPOINT};
   * the token, if the repository wants one, in {@code ISOGLOSS_HF_TOKEN}, else {@code HF_TOKEN}.
   *
   * @throws IsoglossException FETCH_FAILED if no address is given, or what is given is none
   */
  static HubClient of(Function<String, Optional<String>> environment) {
    String address =
        environment
            .apply("ISOGLOSS_HF_ENDPOINT")
            .or(() -> environment.apply("HF_ENDPOINT"))
            .orElseThrow(
                () ->
                    new IsoglossException(
                        ErrorCode.FETCH_FAILED,
                        "the address of the hub is not set: ISOGLOSS_HF_ENDPOINT, or HF_ENDPOINT"));
    URI endpoint;
    try {
      endpoint = URI.create(address.replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw new IsoglossException(ErrorCode.FETCH_FAILED, address + " is no address of a hub", e);
    }
    if (endpoint.getHost() == null || !List.of("http", "https").contains(endpoint.getScheme())) {
      throw new IsoglossException(ErrorCode.FETCH_FAILED, address + " is no address of a hub");
    }
    Optional<String> token =
        environment.apply("ISOGLOSS_HF_TOKEN").or(() -> environment.apply("HF_TOKEN"));
    return new HubClient(endpoint, token, Duration.ofSeconds(1));
  }

  /**
   * What a repository holds at a revision.
   *
   * @param commit forty hexadecimal digits
   * @param licence as its card says, if it does
   */
  record Listing(String commit, Optional<String> licence, List<HubFile> files) {
    Optional<HubFile> find(String path) {
      return files.stream().filter(file -> file.path().equals(path)).findFirst();
    }
  }

  /**
   * Lists a repository.
   *
   * @throws IsoglossException FETCH_FAILED, saying why
   */
  Listing list(HubModel model) {
    URI uri =
        URI.create(
            "%s/api/models/%s/%s/revision/%s?blobs=true"
                .formatted(
                    endpoint,
                    model.organisation(),
                    model.name(),
                    model.revision().replace("/", "%2F")));
    return repeated(
        model + " cannot be listed",
        () -> {
          HttpResponse<InputStream> answer = get(uri, 0);
          try (InputStream body = answer.body()) {
            refuse(answer.statusCode(), model + "");
            return listing(model, JSON.readTree(body));
          }
        });
  }

  private static Listing listing(HubModel model, JsonNode root) {
    String commit = root.path("sha").asText("");
    if (!commit.matches("[0-9a-f]{40}")) {
      throw failed("the hub names no commit of " + model);
    }
    List<HubFile> files = new ArrayList<>();
    for (JsonNode each : root.path("siblings")) {
      JsonNode large = each.path("lfs");
      Optional<Digest> sha256 =
          Optional.of(large.path("sha256").asText(""))
              .filter(text -> text.matches("[0-9a-f]{64}"))
              .map(Digest::new);
      Optional<String> blob =
          Optional.of(each.path("blobId").asText(""))
              .filter(text -> sha256.isEmpty() && text.matches("[0-9a-f]{40}"));
      long size = each.path("size").asLong(large.path("size").asLong(-1));
      if (size < 0) {
        throw failed("the hub does not say how large the files of " + model + " are");
      }
      files.add(new HubFile(each.path("rfilename").asText(""), size, sha256, blob));
    }
    Optional<String> licence =
        Optional.of(root.path("cardData").path("license").asText(""))
            .filter(text -> !text.isEmpty());
    return new Listing(commit, licence, files);
  }

  /**
   * Downloads a file unless it is there; what an earlier try brought of it is gone on from.
   *
   * @param target appears when its content is what was announced; until then there is only {@code
   *     target.part}
   * @throws IsoglossException FETCH_FAILED; DIGEST_MISMATCH if it is not what was announced, and
   *     then nothing of it is kept
   */
  void download(HubModel model, String commit, HubFile file, Path target) {
    if (Files.exists(target)) {
      return;
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    URI uri =
        URI.create(
            "%s/%s/%s/resolve/%s/%s"
                .formatted(endpoint, model.organisation(), model.name(), commit, file.path()));
    repeated(
        file.path() + " of " + model + " cannot be fetched",
        () -> {
          Files.createDirectories(Objects.requireNonNull(target.getParent()));
          fill(model, uri, file, part);
          if (!file.fits(part)) {
            Files.delete(part);
            throw new IsoglossException(
                ErrorCode.DIGEST_MISMATCH,
                "%s of %s is not what the hub announced".formatted(file.path(), model));
          }
          Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
          return target;
        });
  }

  private void fill(HubModel model, URI uri, HubFile file, Path part)
      throws IOException, InterruptedException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    if (have > file.size()) {
      Files.delete(part);
      have = 0;
    }
    if (have == file.size() && Files.exists(part)) {
      return;
    }
    HttpResponse<InputStream> answer = get(uri, have);
    try (InputStream body = answer.body()) {
      if (answer.statusCode() == RANGE_NOT_SATISFIABLE) {
        Files.deleteIfExists(part);
        throw new IOException("the hub has no rest from byte " + have);
      }
      refuse(answer.statusCode(), file.path() + " of " + model);
      boolean goesOn =
          answer.statusCode() == PARTIAL
              && answer
                  .headers()
                  .firstValue("Content-Range")
                  .filter(range -> range.startsWith("bytes " + startOf(part) + "-"))
                  .isPresent();
      if (answer.statusCode() == PARTIAL && !goesOn) {
        Files.deleteIfExists(part);
        throw new IOException("the hub sent another part than was asked for");
      }
      try (OutputStream out =
          goesOn
              ? Files.newOutputStream(part, StandardOpenOption.APPEND)
              : Files.newOutputStream(part)) {
        copy(body, out, file.size());
      }
    }
    if (Files.size(part) < file.size()) {
      throw new IOException("the connection ended too early");
    }
  }

  private static long startOf(Path part) {
    try {
      return Files.exists(part) ? Files.size(part) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** A hub that sends more than it announced fills no disk: it stops one byte behind the end. */
  private static void copy(InputStream from, OutputStream to, long most) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long written = 0;
    for (int read = from.read(buffer); read >= 0 && written <= most; read = from.read(buffer)) {
      to.write(buffer, 0, read);
      written += read;
    }
  }

  /** Follows redirections by hand, so that the token goes to the hub alone. */
  private HttpResponse<InputStream> get(URI first, long from)
      throws IOException, InterruptedException {
    URI uri = first;
    for (int hop = 0; hop <= MOST_REDIRECTIONS; hop++) {
      HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(TO_ANSWER).GET();
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-");
      }
      if (token.isPresent() && isHub(uri)) {
        request.header("Authorization", "Bearer " + token.get());
      }
      HttpResponse<InputStream> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      Optional<String> location = answer.headers().firstValue("Location");
      if (answer.statusCode() / 100 != 3 || location.isEmpty()) {
        return answer;
      }
      answer.body().close();
      URI next = uri.resolve(location.get());
      if (uri.getScheme().equals("https") && !"https".equals(next.getScheme())) {
        throw failed("the hub redirects to a connection that is not encrypted");
      }
      uri = next;
    }
    throw failed("the hub redirects in a circle");
  }

  private boolean isHub(URI uri) {
    return endpoint.getScheme().equals(uri.getScheme())
        && endpoint.getHost().equals(uri.getHost())
        && endpoint.getPort() == uri.getPort();
  }

  private void refuse(int status, String what) throws IOException {
    switch (status) {
      case OK, PARTIAL -> {}
      case 401, 403 ->
          throw failed(
              "the hub refuses %s: %s"
                  .formatted(
                      what,
                      token.isPresent()
                          ? "the token has no right to it, or its licence has yet to be accepted"
                          : "it wants a token, in ISOGLOSS_HF_TOKEN"));
      case 404 -> throw failed("the hub has no " + what);
      default -> {
        String answer = "the hub answers %d for %s".formatted(status, what);
        if (status == 408 || status == 429 || status >= 500) {
          throw new IOException(answer);
        }
        throw failed(answer);
      }
    }
  }

  private interface Try<T> {
    T run() throws IOException, InterruptedException;
  }

  /** Again and again with growing pauses, where it is the connection that fails. */
  private <T> T repeated(String failing, Try<T> work) {
    Duration pause = firstPause;
    for (int left = TRIES; ; left--) {
      try {
        return work.run();
      } catch (IOException e) {
        if (left <= 1) {
          throw new IsoglossException(
              ErrorCode.FETCH_FAILED, "%s: %s".formatted(failing, describe(e)), e);
        }
        sleep(pause);
        pause = pause.multipliedBy(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IsoglossException(ErrorCode.FETCH_FAILED, failing + ": interrupted", e);
      }
    }
  }

  private static String describe(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IsoglossException(ErrorCode.FETCH_FAILED, "interrupted while fetching", e);
    }
  }

  private static IsoglossException failed(String why) {
    return new IsoglossException(ErrorCode.FETCH_FAILED, why);
  }
}
