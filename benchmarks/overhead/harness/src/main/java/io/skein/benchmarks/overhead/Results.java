package io.skein.benchmarks.overhead;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.skein.benchmarks.overhead.measure.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a comparison leaves behind.
 *
 * @param about the machine, and what ran on it
 * @param titles of the variants by name
 */
record Results(String about, Map<String, String> titles, List<Run> runs) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Results read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Results.class);
  }

  void write(Path file) {
    try {
      JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), this);
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
  }
}
