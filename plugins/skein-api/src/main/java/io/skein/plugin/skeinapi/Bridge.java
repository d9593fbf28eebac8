package io.skein.plugin.skeinapi;

import io.skein.agent.plugin.Tracing;
import io.skein.core.BridgeTarget;

/** Not in the plugin's own class, which is loaded before there is a tracer. */
final class Bridge {
  static final BridgeTarget TARGET = new BridgeTarget(Tracing.tracer());

  private Bridge() {}
}
