package io.skein.benchmarks.overhead.measure;

import java.util.List;
import java.util.Map;

/**
 * One variant in one round.
 *
 * @param firstAnswerMillis of each start in this round
 * @param spans per request, by path, as a calm service made them
 * @param turns what was measured of each load, by its name: see {@link Plan}. Turns of equal number
 *     of the variants of a round followed each other
 */
public record Run(
    String variant,
    int round,
    List<Double> firstAnswerMillis,
    Map<String, Double> spans,
    Map<String, List<Load>> turns,
    int loadedClasses,
    long residentKib,
    boolean allocationOfEndedThreads,
    List<String> command) {

  /** All its turns of a load as one. */
  public Load load(String name) {
    return Load.sum(turns(name));
  }

  /** Throws IllegalArgumentException when it was not measured. */
  public List<Load> turns(String name) {
    List<Load> measured = turns.get(name);
    if (measured == null || measured.isEmpty()) {
      throw new IllegalArgumentException(variant + " was not measured under " + name);
    }
    return measured;
  }

  public Run inRound(int another) {
    return new Run(
        variant,
        another,
        firstAnswerMillis,
        spans,
        turns,
        loadedClasses,
        residentKib,
        allocationOfEndedThreads,
        command);
  }
}
