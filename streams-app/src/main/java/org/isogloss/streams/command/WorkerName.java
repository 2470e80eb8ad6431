package org.isogloss.streams.command;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import org.isogloss.registry.LoadedModules;

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
    ProcessHandle process = ProcessHandle.current();
    return LoadedModules.workerName(
        host, process.pid(), process.info().startInstant().orElseGet(Instant::now), slot);
  }
}
