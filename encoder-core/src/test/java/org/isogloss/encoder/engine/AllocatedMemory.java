package org.isogloss.encoder.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Optional;

/**
 * What natives of this process have allocated and not freed, as glibc counts it: unlike resident
 * memory it neither includes the heap nor what the allocator keeps for later.
 *
 * @param bytes 0 where the C library is not glibc
 */
record AllocatedMemory(long bytes) {
  /** Fields of {@code struct mallinfo2}, all {@code size_t}. */
  private static final int FIELDS = 10;

  private static final int MAPPED_BYTES = 4;
  private static final int BYTES_IN_USE = 7;

  /** Gives back to the system what the allocator keeps for later, so that resident memory tells. */
  static void trim() {
    Optional<MemorySegment> function = Linker.nativeLinker().defaultLookup().find("malloc_trim");
    if (function.isEmpty()) {
      return;
    }
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                function.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    try {
      int unused = (int) handle.invokeExact(0L);
    } catch (Throwable e) {
      throw new IllegalStateException("malloc_trim cannot be called", e);
    }
  }

  static AllocatedMemory measure() {
    Optional<MemorySegment> function = Linker.nativeLinker().defaultLookup().find("mallinfo2");
    if (function.isEmpty()) {
      return new AllocatedMemory(0);
    }
    MemoryLayout[] fields = new MemoryLayout[FIELDS];
    Arrays.fill(fields, ValueLayout.JAVA_LONG);
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                function.get(), FunctionDescriptor.of(MemoryLayout.structLayout(fields)));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = (MemorySegment) handle.invokeExact((SegmentAllocator) arena);
      return new AllocatedMemory(
          info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED_BYTES)
              + info.getAtIndex(ValueLayout.JAVA_LONG, BYTES_IN_USE));
    } catch (Throwable e) {
      throw new IllegalStateException("mallinfo2 cannot be called", e);
    }
  }
}
