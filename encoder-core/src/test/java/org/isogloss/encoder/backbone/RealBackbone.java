package org.isogloss.encoder.backbone;

/** The default backbone with its real weights, fetched once a machine: for tests of any module. */
public final class RealBackbone {
  private RealBackbone() {}

  /** Opened; the caller closes it. */
  public static Backbone open() {
    return Backbone.open(
        ModelHome.ofEnvironment().fetch(BackboneCatalogue.MBERT, FetchListener.silent()));
  }
}
