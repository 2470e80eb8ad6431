package org.isogloss.objectstore;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.isogloss.error.ErrorCode;
import org.isogloss.error.IsoglossException;
import org.isogloss.store.DirectoryModuleStore;
import org.isogloss.store.ModuleStore;

/** Opens module stores by their location. */
public final class ModuleStores {
  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+://.*");

  private ModuleStores() {}

  /**
   * @param location {@code s3://BUCKET/PREFIX}, or a directory
   * @param settings for the former
   * @throws IsoglossException BAD_OPTION if the location is neither, or no region is known
   */
  public static ModuleStore open(String location, BucketSettings settings) {
    if (location.startsWith(BucketLocation.SCHEME)) {
      return S3ModuleStore.open(BucketLocation.parse(location), settings);
    }
    if (location.isBlank() || SCHEME.matcher(location).matches()) {
      throw new IsoglossException(
          ErrorCode.BAD_OPTION,
          "the module store \"" + location + "\" is neither a directory nor s3://BUCKET/PREFIX");
    }
    return new DirectoryModuleStore(Path.of(location));
  }
}
