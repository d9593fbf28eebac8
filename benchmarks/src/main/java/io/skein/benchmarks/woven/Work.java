package io.skein.benchmarks.woven;

/** The same method twice; the plugin weaves one of them. */
final class Work {
  private final Integer[] answers = {1, 2, 3, 4};

  Integer plain(Integer question) {
    return answers[question & 3];
  }

  Integer woven(Integer question) {
    return answers[question & 3];
  }
}
