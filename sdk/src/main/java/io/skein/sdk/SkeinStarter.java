package io.skein.sdk;

import io.skein.api.spi.TracingStarter;
import java.util.Map;

/** Lets facades of other APIs start the SDK without knowing it. */
public final class SkeinStarter implements TracingStarter {
  @Override
  public boolean start(Map<String, String> settings) {
    SkeinBuilder builder = Skein.builder();
    settings.forEach(builder::set);
    return builder.start().active();
  }
}
