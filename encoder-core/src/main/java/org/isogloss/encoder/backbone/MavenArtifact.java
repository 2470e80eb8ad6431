package org.isogloss.encoder.backbone;

import java.nio.file.Path;

/**
 * A jar in a Maven repository.
 *
 * @param megabytes about its size, for people who wait for it
 */
record MavenArtifact(String group, String artifact, String version, int megabytes) {
  /** As Maven's command line takes it. */
  String coordinates() {
    return group + ":" + artifact + ":" + version;
  }

  /** Where it lies in a repository. */
  Path path() {
    return Path.of(group.replace('.', '/'), artifact, version, artifact + "-" + version + ".jar");
  }
}
