package org.isogloss.encoder.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.atomic.AtomicInteger;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts libtorch, once a process. The only place that does: thread counts can be set only before its
 * first use, and its natives must be the version that our JNI was built for (another one loads and
 * then reads wrong types).
 */
public final class TorchRuntime {
  private static final Logger log = LoggerFactory.getLogger(TorchRuntime.class);
  private static final String VERSION = "2.7.1";
  private static final AtomicInteger threadsSet = new AtomicInteger();

  private TorchRuntime() {}

  /**
   * Starts libtorch if need be.
   *
   * @param threads of one native call; ignored, with a warning, if the process has begun with another
   * @throws IsoglossException ENGINE_UNAVAILABLE
   */
  static Engine start(int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    if (threadsSet.compareAndSet(0, threads)) {
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
      System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    } else if (threadsSet.get() != threads) {
      log.warn("libtorch runs with {} threads already, not {}", threadsSet.get(), threads);
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

  /** Every thread that runs our program: no optimising for shapes, which never repeat here. */
  static void prepareThread() {
    JniUtils.setGraphExecutorOptimize(false);
  }

  /** The engine's version and devices, for people; starts it. */
  public static String describe() {
    Engine engine = start(Math.max(1, Runtime.getRuntime().availableProcessors()));
    try (NDManager manager = engine.newBaseManager(ai.djl.Device.cpu())) {
      return "libtorch %s, %d CUDA devices, default %s"
          .formatted(engine.getVersion(), engine.getGpuCount(), manager.getDevice());
    }
  }
}
