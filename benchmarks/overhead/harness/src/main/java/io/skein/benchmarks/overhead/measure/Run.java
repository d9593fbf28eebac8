package io.skein.benchmarks.overhead.measure;

import java.util.List;
import java.util.Map;

/**
 * One variant in one round.
 *
 * @param firstAnswerMillis of each start in this round
 * @param spans per request, by path, as a calm service made them
 * @param loads by name: see {@link Plan}
 */
public record Run(
    String variant,
    int round,
    List<Double> firstAnswerMillis,
    Map<String, Double> spans,
    Map<String, Load> loads,
    int loadedClasses,
    long residentKib,
    boolean allocationOfEndedThreads,
    List<String> command) {

  public Run inRound(int another) {
    return new Run(
        variant,
        another,
        firstAnswerMillis,
        spans,
        loads,
        loadedClasses,
        residentKib,
        allocationOfEndedThreads,
        command);
  }
}
