package org.isogloss.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy on loopback that harms the connections that run through it. */
final class FaultyLink implements AutoCloseable {
  /** What befalls a connection. */
  sealed interface Fault {
    /** Nothing. */
    record None() implements Fault {}

    /** It is closed when the server has answered so many bytes. */
    record Cut(int afterAnswered) implements Fault {}

    /** It stays open, and after so many bytes of the answer no more come. */
    record Silence(int afterAnswered) implements Fault {}

    /** The answer comes in drops of so many bytes with pauses between them. */
    record Drip(int bytes, Duration pause) implements Fault {}

    /** What the client sends is read only so far. */
    record Deaf(int afterSent) implements Fault {}
  }

  private static final int BUFFER_BYTES = 1024;

  private final ServerSocket listener;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Fault fault = new Fault.None();
  private volatile int harmed = Integer.MAX_VALUE;

  FaultyLink(int port) throws IOException {
    this.port = port;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** From now on every connection is harmed so. */
  void harm(Fault another) {
    harmNext(Integer.MAX_VALUE, another);
  }

  /** So many connections are harmed so, and none after them. */
  void harmNext(int count, Fault another) {
    fault = another;
    harmed = count;
    // Clients keep connections for their next request; that one shall be harmed too.
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    open.clear();
    connections.set(0);
  }

  /** Since a fault was last set. */
  int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Fault its = connections.incrementAndGet() <= harmed ? fault : new Fault.None();
        open.add(client);
        Socket server = new Socket();
        open.add(server);
        server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Thread.ofVirtual().start(() -> copy(client, server, its, true));
        Thread.ofVirtual().start(() -> copy(server, client, its, false));
      }
    } catch (IOException e) {
      if (closed.getCount() > 0) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void copy(Socket from, Socket to, Fault its, boolean request) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      long copied = 0;
      byte[] buffer = new byte[BUFFER_BYTES];
      while (true) {
        int limit = buffer.length;
        switch (its) {
          case Fault.Cut(int after) when !request -> {
            if (copied >= after) {
              return;
            }
            limit = (int) Math.min(limit, after - copied);
          }
          case Fault.Silence(int after) when !request -> {
            if (copied >= after) {
              closed.await();
              return;
            }
            limit = (int) Math.min(limit, after - copied);
          }
          case Fault.Drip(int bytes, Duration pause) when !request -> {
            limit = Math.min(limit, bytes);
            Thread.sleep(pause);
          }
          case Fault.Deaf(int after) when request -> {
            if (copied >= after) {
              closed.await();
              return;
            }
            limit = (int) Math.min(limit, after - copied);
          }
          default -> {}
        }
        int count = in.read(buffer, 0, limit);
        if (count < 0) {
          return;
        }
        out.write(buffer, 0, count);
        out.flush();
        copied += count;
      }
    } catch (IOException e) {
      // One side went away; closing both tells the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
