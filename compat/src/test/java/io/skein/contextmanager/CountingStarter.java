package io.skein.contextmanager;

import io.skein.api.spi.Providers;
import io.skein.api.spi.TracingStarter;
import io.skein.core.ManualTracing;
import io.skein.core.Tracer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts a real tracer, and remembers how often and with what it was asked to. */
public final class CountingStarter implements TracingStarter {
  static final List<Map<String, String>> STARTS = new ArrayList<>();

  @Override
  public boolean start(Map<String, String> settings) {
    STARTS.add(settings);
    return Providers.install(new ManualTracing(Tracer.builder().build()));
  }
}
