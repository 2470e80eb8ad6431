package org.isogloss.streams.command;

import java.util.Optional;
import org.isogloss.objectstore.BucketSettings;
import org.isogloss.objectstore.BucketSettings.Addressing;
import org.isogloss.objectstore.BucketSettings.Patience;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a module store in a bucket is reached. Credentials have no option: processes are listed. */
final class BucketOptions {
  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      description = {
        "The object store of --module-store s3://..., if it is not Amazon's.",
        "Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or whatever else the SDK of AWS",
        "finds."
      })
  private @Nullable String endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "NAME",
      description = "Its region; AWS_REGION unless given.")
  private @Nullable String region;

  @Option(
      names = "--s3-addressing",
      paramLabel = "path|virtual",
      description = "How buckets are addressed; path with --s3-endpoint, else virtual.")
  private @Nullable Addressing addressing;

  BucketSettings settings() {
    return new BucketSettings(
        Optional.ofNullable(endpoint).map(BucketSettings::endpoint),
        Optional.ofNullable(region),
        Optional.ofNullable(addressing),
        Patience.STANDARD);
  }
}
