package io.skein.plugin.annotations;

/** What the application under test does with Reactor; the test sees its spans. */
interface Reactive {
  void mono() throws Exception;

  void failedMono() throws Exception;

  void throwingMethod() throws Exception;

  void neverSubscribed() throws Exception;

  void retried() throws Exception;

  void cancelled() throws Exception;

  void emptyMono() throws Exception;

  void nestedOverThreads() throws Exception;

  void nestedWithoutAnyExecutor() throws Exception;

  void nestedInOneThread() throws Exception;

  void siblings() throws Exception;

  void flux() throws Exception;

  void fluxOnAScheduler() throws Exception;

  void publisher() throws Exception;

  /** What came out: values, and the name of the context's entry. */
  String unchanged() throws Exception;
}
