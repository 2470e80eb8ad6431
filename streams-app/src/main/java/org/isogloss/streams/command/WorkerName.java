package org.isogloss.streams.command;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** How a worker is called in events. */
final class WorkerName {
  private WorkerName() {}

  /** Machine, process and slot. */
  static String of(String slot) {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost";
    }
    return "%s:%d:%s".formatted(host, ProcessHandle.current().pid(), slot);
  }
}
