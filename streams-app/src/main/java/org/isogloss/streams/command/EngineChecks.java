package org.isogloss.streams.command;

import java.util.ArrayList;
import java.util.List;
import org.isogloss.encoder.engine.Device;
import org.isogloss.encoder.engine.TorchRuntime;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/** Whether libtorch starts, and whether the device asked for is there. For one thread. */
final class EngineChecks {
  private static final String NATIVES = "natives";
  private static final String DEVICE = "device";

  private final ModelOptions model;
  private boolean usable;

  EngineChecks(ModelOptions model) {
    this.model = model;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    try {
      TorchRuntime.Description torch = TorchRuntime.describe(model.threads());
      findings.add(
          new Finding.Good(
              NATIVES,
              "libtorch %s, %d threads, on %s %s"
                  .formatted(
                      torch.version(),
                      torch.threads(),
                      System.getProperty("os.name"),
                      System.getProperty("os.arch"))));
      Finding device = device(torch);
      findings.add(device);
      usable = device instanceof Finding.Good;
    } catch (IsoglossException e) {
      findings.add(
          new Finding.Broken(
              NATIVES,
              e.getMessage() + ": " + rootOf(e),
              "Unset PYTORCH_LIBRARY_PATH, and delete ~/.djl.ai/pytorch: it is unpacked again."
                  + " The natives that come along are for Linux on x86-64."));
    }
    return findings;
  }

  /** What the loader of the operating system said stands at the very end. */
  private static String rootOf(Throwable failure) {
    Throwable root = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
  }

  /** Whether a model can be loaded; known after {@link #findings()}. */
  boolean isUsable() {
    return usable;
  }

  private Finding device(TorchRuntime.Description torch) {
    String seen = "%d CUDA devices seen".formatted(torch.cudaDevices());
    try {
      Device device = new Device(model.device());
      if (device.isPresent(torch.cudaDevices())) {
        return new Finding.Good(DEVICE, device.name() + ", " + seen);
      }
      return Finding.Broken.of(
          DEVICE,
          new IsoglossException(
              ErrorCode.NO_SUCH_DEVICE, device.name() + " is not there: " + seen));
    } catch (IsoglossException e) {
      return Finding.Broken.of(DEVICE, e);
    }
  }
}
