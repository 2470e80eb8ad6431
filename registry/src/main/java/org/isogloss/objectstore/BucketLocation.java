package org.isogloss.objectstore;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.isogloss.encoder.space.Digest;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;

/**
 * Where in an object store the modules lie.
 *
 * @param prefix of every key, without slashes at its ends; empty for the bucket's root
 */
record BucketLocation(String bucket, String prefix) {
  static final String SCHEME = "s3://";

  private static final Pattern LOCATION =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?");

  /**
   * @param location {@code s3://BUCKET} or {@code s3://BUCKET/PREFIX}
   * @throws IsoglossException BAD_OPTION if it is neither
   */
  static BucketLocation parse(String location) {
    Matcher parts = LOCATION.matcher(location);
    if (!parts.matches()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          location
              + " is no s3://BUCKET/PREFIX; a bucket's name has 3 to 63 lower-case letters, digits,"
              + " points and hyphens");
    }
    String prefix = parts.group(2) == null ? "" : parts.group(2);
    return new BucketLocation(parts.group(1), prefix.replaceAll("^/+|/+$", ""));
  }

  String key(Digest digest) {
    String name = digest.hex().substring(0, 2) + "/" + digest.hex() + ".isogloss";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  @Override
  public String toString() {
    return SCHEME + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }
}
