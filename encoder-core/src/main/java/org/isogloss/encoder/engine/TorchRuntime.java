package org.isogloss.encoder.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.atomic.AtomicBoolean;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Starts libtorch, once a process. The only place that does: some settings hold only before its
 * first use, and its natives must be the version that our JNI was built for (another one loads and
 * then reads wrong types).
 */
public final class TorchRuntime {
  private static final String VERSION = "2.7.1";

  /** libtorch does fewer elements on one thread without looking at its settings. */
  private static final int SHARED_OUT = 1 << 16;

  private static final AtomicBoolean started = new AtomicBoolean();
  private static final ThreadLocal<Integer> threadsOfCaller = ThreadLocal.withInitial(() -> 0);

  private TorchRuntime() {}

  /**
   * Starts libtorch if need be.
   *
   * @param threads of one native call, for threads that say nothing else
   * @throws IsoglossException ENGINE_UNAVAILABLE
   */
  static Engine start(int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    if (started.compareAndSet(false, true)) {
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
      System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    }
    try {
      Engine engine = Engine.getEngine("PyTorch");
      if (!engine.getVersion().equals(VERSION)) {
        throw new IsoglossException(
            ErrorCode.ENGINE_UNAVAILABLE,
            "libtorch is " + engine.getVersion() + ", not " + VERSION);
      }
      return engine;
    } catch (IsoglossException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new IsoglossException(
          ErrorCode.ENGINE_UNAVAILABLE, "libtorch does not start: " + e.getMessage(), e);
    }
  }

  /** Whether something in this process uses libtorch already. */
  static boolean isStarted() {
    return started.get();
  }

  /**
   * Makes the calling thread ready for native calls with so many threads; cheap if it is so
   * already. Both settings are the thread's own. The optimising executor would compile anew for
   * every shape, and here shapes never repeat. Another number of threads clears libtorch's caches,
   * so a thread should keep to one.
   */
  static void prepareThread(int threads) {
    if (threadsOfCaller.get() != threads) {
      JniUtils.setGraphExecutorOptimize(false);
      settle(threads);
      threadsOfCaller.set(threads);
    }
  }

  /**
   * A thread's first parallel operator sets its number of threads to the one set last by any
   * thread. So that another thread's does not slip in, it is done here, one thread at a time: by an
   * addition just long enough to be shared out.
   */
  private static synchronized void settle(int threads) {
    JniUtils.setNumThreads(threads);
    try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager(ai.djl.Device.cpu());
        NDArray some = manager.zeros(new Shape(SHARED_OUT));
        NDArray sum = some.add(some)) {
      sum.getShape();
    }
  }

  /**
   * What runs.
   *
   * @param version of libtorch
   * @param threads of a native call of this thread
   * @param cudaDevices that libtorch sees
   */
  public record Description(String version, int threads, int cudaDevices) {}

  /**
   * Starts libtorch if need be, and asks it for so many threads.
   *
   * @throws IsoglossException ENGINE_UNAVAILABLE
   */
  public static Description describe(int threads) {
    Engine engine = start(threads);
    prepareThread(threads);
    return new Description(engine.getVersion(), JniUtils.getNumThreads(), engine.getGpuCount());
  }
}
