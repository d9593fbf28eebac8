package io.skein.core;

import org.jspecify.annotations.Nullable;

/** What all three headers of a request say; never a part of them. */
final class Incoming {
  final String header;
  final Sw8.Parent parent;
  final String[] correlation;
  final boolean skipAnalysis;
  final long sentMillis;

  Incoming(String header, Sw8.Parent parent, String[] correlation, @Nullable String extension) {
    this.header = header;
    this.parent = parent;
    this.correlation = correlation;
    this.skipAnalysis = Sw8.skipAnalysis(extension);
    this.sentMillis = Sw8.sentMillis(extension);
  }
}
