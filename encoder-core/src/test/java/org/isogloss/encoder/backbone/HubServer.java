package org.isogloss.encoder.backbone;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.isogloss.encoder.space.Digest;

/**
 * A hub of one repository on loopback, out of a directory, with a second host for large files as
 * the real one has. It can break connections, lie, forget ranges, and want a token.
 */
public final class HubServer implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private static final JsonMapper JSON = new JsonMapper();

  private final Path repository;
  private final HttpServer hub = open();
  private final HttpServer storage = open();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** What was asked for: {@code HOST PATH RANGE}, HOST being hub or storage. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** Tokens that came to the host of large files. */
  final List<String> tokensAtStorage = new CopyOnWriteArrayList<>();

  /** After how many bytes the next answers of a path break off, once each. */
  final Map<String, Integer> breaks = new ConcurrentHashMap<>();

  /** Statuses that the next answers of a path have, once each. */
  final Map<String, Integer> statuses = new ConcurrentHashMap<>();

  volatile Optional<String> wantedToken = Optional.empty();
  volatile boolean forgetsRanges;
  volatile boolean lies;
  volatile String commit = COMMIT;

  public HubServer(Path repository) {
    this.repository = repository;
    hub.createContext("/", exchange -> answer(exchange, true));
    storage.createContext("/", exchange -> answer(exchange, false));
    for (HttpServer server : List.of(hub, storage)) {
      server.setExecutor(threads);
      server.start();
    }
  }

  /** From now on nothing is given out without this token. */
  public void want(String token) {
    wantedToken = Optional.of(token);
  }

  private static HttpServer open() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String address(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public String endpoint() {
    return address(hub);
  }

  /** Requests of files alone, without the host. */
  public List<String> files() {
    return requests.stream()
        .filter(each -> each.startsWith("storage ") || each.contains("/resolve/"))
        .toList();
  }

  private void answer(HttpExchange exchange, boolean atHub) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String range = header(exchange, "Range").orElse("");
      requests.add("%s %s %s".formatted(atHub ? "hub" : "storage", path, range).strip());
      Optional<String> token = header(exchange, "Authorization");
      if (!atHub) {
        token.ifPresent(tokensAtStorage::add);
      } else if (wantedToken.isPresent() && !token.equals(wantedToken.map(t -> "Bearer " + t))) {
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      Integer status = statuses.remove(path);
      String prefix = "/org/model/resolve/" + commit + "/";
      if (status != null) {
        exchange.sendResponseHeaders(status, -1);
      } else if (atHub && path.equals("/api/models/org/model/revision/main")) {
        send(exchange, 200, JSON.writeValueAsBytes(listing()), "");
      } else if (atHub && path.startsWith(prefix) && isLarge(path.substring(prefix.length()))) {
        exchange
            .getResponseHeaders()
            .add("Location", address(storage) + "/" + path.substring(prefix.length()));
        exchange.sendResponseHeaders(302, -1);
      } else if (atHub && path.startsWith(prefix)) {
        file(exchange, path.substring(prefix.length()), range);
      } else if (!atHub) {
        file(exchange, path.substring(1), range);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  private void file(HttpExchange exchange, String name, String range) throws IOException {
    Path file = repository.resolve(name);
    if (!Files.isRegularFile(file)) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    byte[] content = Files.readAllBytes(file);
    if (lies && isLarge(name)) {
      content[content.length / 2] ^= 1;
    }
    if (range.isEmpty() || forgetsRanges) {
      send(exchange, 200, content, name);
      return;
    }
    int from = Integer.parseInt(range.replaceAll("\\D", ""));
    exchange
        .getResponseHeaders()
        .add("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    send(exchange, 206, Arrays.copyOfRange(content, from, content.length), name);
  }

  private void send(HttpExchange exchange, int status, byte[] content, String name)
      throws IOException {
    exchange.sendResponseHeaders(status, content.length);
    Integer broken = breaks.remove(name);
    // Closing an exchange of which something is still due closes its connection.
    exchange.getResponseBody().write(content, 0, broken == null ? content.length : broken);
  }

  private static boolean isLarge(String name) {
    return name.endsWith(".safetensors");
  }

  private ObjectNode listing() throws IOException {
    ObjectNode root = JSON.createObjectNode().put("sha", commit);
    root.putObject("cardData").put("license", "mit");
    ArrayNode siblings = root.putArray("siblings");
    try (Stream<Path> files = Files.walk(repository)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        byte[] content = Files.readAllBytes(file);
        String name = repository.relativize(file).toString();
        ObjectNode each = siblings.addObject().put("rfilename", name).put("size", content.length);
        if (isLarge(name)) {
          each.putObject("lfs").put("sha256", Digest.of(content).hex()).put("size", content.length);
        } else {
          each.put("blobId", blob(content));
        }
      }
    }
    return root;
  }

  private static String blob(byte[] content) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-1");
      sha.update(("blob " + content.length + "\0").getBytes(UTF_8));
      return HexFormat.of().formatHex(sha.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    storage.stop(0);
    threads.shutdownNow();
  }
}
