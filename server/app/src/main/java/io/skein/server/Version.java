package io.skein.server;

import org.jspecify.annotations.Nullable;

/** The version, from the manifest of the jar. */
final class Version {
  static final String TEXT = of(Version.class.getPackage().getImplementationVersion());

  private Version() {}

  private static String of(@Nullable String manifest) {
    return manifest == null ? "development" : manifest;
  }
}
