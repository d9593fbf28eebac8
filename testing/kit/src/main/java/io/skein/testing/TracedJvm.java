package io.skein.testing;

/**
 * The JVM in which a test's application runs under the agent: the test's own, or a child with the
 * packaged agent. The test cannot tell which, and asserts the same.
 */
public interface TracedJvm {
  /** What arrived from the agent and was not taken yet. */
  SpanQueue spans();

  /**
   * Returns the application's object of this class, made on first use and closed at the end of the
   * test class if it is {@link AutoCloseable}. Its class is loaded in the application, beside the
   * library; the test speaks to it through an interface whose arguments and results are
   * serializable classes of the JDK.
   */
  <T> T app(Class<T> type, Class<? extends T> implementation);

  /** The name of the library set on the application's class path, such as {@code tomcat-9.0.1}. */
  String library();

  /** The feature version of the application's JDK, such as 17. */
  int javaFeature();

  /** The service that the agent reports for. */
  String service();

  /** Makes sure that nothing of an earlier test is left. */
  void beginTest();

  /**
   * Asserts that nothing was left behind: no span that nobody asked for, no active span, no
   * suppressed failure of advice, no warning of the agent or, because of it, of the JVM.
   */
  void endTest();
}
