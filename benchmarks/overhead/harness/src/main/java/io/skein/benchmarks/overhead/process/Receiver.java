package io.skein.benchmarks.overhead.process;

import io.skein.benchmarks.overhead.sink.Counts;
import io.skein.benchmarks.overhead.sink.Sink;
import java.io.IOException;

/** To whom agents report. */
public interface Receiver extends AutoCloseable {
  Sink.Ports ports();

  /** What has arrived so far. */
  Counts counts() throws IOException;

  @Override
  void close();
}
