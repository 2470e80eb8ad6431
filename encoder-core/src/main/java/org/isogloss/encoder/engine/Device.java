package org.isogloss.encoder.engine;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Where the model runs.
 *
 * @param name {@code cpu} or {@code cuda:N}
 */
public record Device(String name) {
  public static final Device CPU = new Device("cpu");
  private static final Pattern CUDA = Pattern.compile("cuda:(\\d{1,3})");

  public Device {
    if (!name.equals("cpu") && !CUDA.matcher(name).matches()) {
      throw new IsoglossException(
          ErrorCode.NO_SUCH_DEVICE, "a device is cpu or cuda:N, not " + name);
    }
  }

  boolean isCpu() {
    return name.equals("cpu");
  }

  /** Whether it is there, where libtorch sees so many CUDA devices. */
  public boolean isPresent(int cudaDevices) {
    return isCpu() || cudaNumber() < cudaDevices;
  }

  /** N of {@code cuda:N}. */
  int cudaNumber() {
    Matcher matcher = CUDA.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalStateException(name);
    }
    return Integer.parseInt(matcher.group(1));
  }
}
