package org.isogloss.encoder.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bound on loaded modules, over all routes of an encoder: beyond it, the modules used least
 * recently leave memory. Safe for several threads.
 */
final class ModuleMemory {
  private final long maxBytes;
  private final Map<ServedLanguage, Long> byUse = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private long evictions;

  ModuleMemory(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Notes a use; must be called without any lock of a {@link ServedLanguage}. */
  void used(ServedLanguage user, long userBytes) {
    List<ServedLanguage> leaving = new ArrayList<>();
    synchronized (this) {
      Long known = byUse.put(user, userBytes);
      bytes += userBytes - (known == null ? 0 : known);
      Iterator<Map.Entry<ServedLanguage, Long>> oldest = byUse.entrySet().iterator();
      while (bytes > maxBytes && oldest.hasNext()) {
        Map.Entry<ServedLanguage, Long> candidate = oldest.next();
        if (!candidate.getKey().equals(user)) {
          leaving.add(candidate.getKey());
          bytes -= candidate.getValue();
          oldest.remove();
        }
      }
      evictions += leaving.size();
    }
    leaving.forEach(ServedLanguage::unload);
  }

  /** Something that is gone for good. */
  synchronized void forget(ServedLanguage user) {
    Long known = byUse.remove(user);
    bytes -= known == null ? 0 : known;
  }

  synchronized long bytes() {
    return bytes;
  }

  /** How often modules had to leave. */
  synchronized long evictions() {
    return evictions;
  }
}
