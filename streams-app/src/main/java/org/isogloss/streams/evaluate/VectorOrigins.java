package org.isogloss.streams.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * What made the records of a {@link VectorFile}, in a file of text beside it: a line {@code FIRST
 * CODE ROUTE}, divided by tabs, holds from the record of that number on, until the next line. A
 * line is on the disk before the records it speaks of, so that no record is ever taken for another
 * origin's; a line whose records were lost is dropped.
 */
final class VectorOrigins {
  private final Path path;
  private final TreeMap<Long, VectorOrigin> byFirst = new TreeMap<>();

  /** Whether the file says something of records that were lost. */
  private boolean isStale;

  private VectorOrigins(Path path) {
    this.path = path;
  }

  /**
   * @param vectors the file of vectors
   * @param records how many it has
   */
  static VectorOrigins read(Path vectors, long records) {
    VectorOrigins origins =
        new VectorOrigins(vectors.resolveSibling(vectors.getFileName() + ".origins"));
    try {
      String text = Files.exists(origins.path) ? Files.readString(origins.path, UTF_8) : "";
      // A torn last line has no end.
      text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(origins::add);
    } catch (IOException | NumberFormatException e) {
      throw new IsoglossException(ErrorCode.BAD_INPUT_FILE, "cannot read " + origins.path, e);
    }
    Map<Long, VectorOrigin> lost = origins.byFirst.tailMap(records, true);
    origins.isStale = !lost.isEmpty();
    lost.clear();
    return origins;
  }

  private void add(String line) {
    String[] cells = line.split("\t", -1);
    if (cells.length == 3) {
      byFirst.put(Long.parseLong(cells[0]), new VectorOrigin(cells[1], cells[2]));
    }
  }

  VectorOrigin of(long record) {
    Map.Entry<Long, VectorOrigin> line = byFirst.floorEntry(record);
    return line == null ? VectorOrigin.UNKNOWN : line.getValue();
  }

  /** Says what makes the records from this one on. */
  void begin(long record, VectorOrigin origin) {
    if (of(record).equals(origin) && !isStale) {
      return;
    }
    isStale = false;
    byFirst.put(record, origin);
    StringBuilder text = new StringBuilder();
    byFirst.forEach(
        (first, each) ->
            text.append(first)
                .append('\t')
                .append(each.code())
                .append('\t')
                .append(each.route())
                .append('\n'));
    try {
      Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      SuiteArchive.move(temporary, path);
    } catch (IOException e) {
      throw new IsoglossException(ErrorCode.OUTPUT_FAILED, "cannot write " + path + ": " + e, e);
    }
  }
}
