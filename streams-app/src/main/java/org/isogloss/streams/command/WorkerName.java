package org.isogloss.streams.command;

import java.net.InetAddress;
import java.net.UnknownHostException;
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
    return LoadedModules.workerName(host, ProcessHandle.current().pid(), slot);
  }
}
