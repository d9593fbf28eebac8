package io.skein.plugin.jdkhttp;

/** What only the JDK's clients can do. Each call is made inside the entry span {@code request}. */
interface JdkCalls {
  /** Cancels the answer of {@code sendAsync}; returns what waiting for it throws. */
  String cancelled(String url) throws Exception;

  /** Returns what {@code send} throws. */
  String timedOut(String url) throws Exception;

  /** Returns what {@code sendAsync} completes with. */
  String asyncTimedOut(String url) throws Exception;

  /**
   * Posts so many times, one after the other, by a client that takes HTTP/2 and follows redirects;
   * returns the version and status of each. The client is the same for the same trust store, of
   * which an empty one is none.
   */
  String http2(String url, int times, byte[] trustStore) throws Exception;

  /** Gets {@code first}, then {@code url} so many times at once. */
  String http2AtOnce(String first, String url, int times, byte[] trustStore) throws Exception;

  String requestOfOwnClass(String url) throws Exception;

  /**
   * Posts twice, each time with a header of its own, and returns the names of the headers that the
   * request of the second answer has.
   */
  String headersOfTheRequest(String url) throws Exception;

  /** The request ends while the answer is still to come; returns then. */
  void answeredAfterTheRequest(String url) throws Exception;

  /** Waits for the answer of {@link #answeredAfterTheRequest}. */
  String lateAnswer() throws Exception;

  String secure(String url, byte[] trustStore) throws Exception;

  String secureUrlConnection(String url, byte[] trustStore) throws Exception;

  void neverOpened(String url) throws Exception;

  void connectedAndDisconnected(String url) throws Exception;

  String connectedThenAnswered(String url) throws Exception;

  String answeredInAnotherThread(String url) throws Exception;

  String streamed(String url, String body) throws Exception;

  String answerAskedForAgain(String url) throws Exception;

  /** What the second attempt at the same connection throws. */
  String refusedTwice(String url) throws Exception;

  String headerFieldsOnly(String url) throws Exception;
}
