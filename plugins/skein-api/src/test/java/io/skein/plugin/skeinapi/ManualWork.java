package io.skein.plugin.skeinapi;

import java.util.List;
import java.util.Map;

/** What the application under test does with the API; the test sees its spans. */
interface ManualWork {
  /** Whether the API says that somebody is behind it. */
  boolean present();

  /** A manual local span inside of a request that the agent's Tomcat plugin traces. */
  String askTomcat() throws Exception;

  void insideAProbe() throws Exception;

  void blocks();

  void oneAfterTheOther();

  void describe();

  void tags();

  /** The message of the exception that came out. */
  String failingRun();

  void failingBlock();

  void logs();

  /** Never started, so never seen. */
  void neverStarted();

  void sharedEntry();

  void captureAndContinue() throws Exception;

  /** The class of the snapshot's trace id matters not; whether it is that of the request. */
  boolean snapshotKnowsItsTrace();

  void emptySnapshot() throws Exception;

  void wrappersInAThread() throws Exception;

  void wrappersInAPool() throws Exception;

  void wrappersOfTheApiAndOfTheAgent() throws Exception;

  void wrapperIsOlderThanHandOver() throws Exception;

  void wrapperInVirtualThreads() throws Exception;

  void wrapperInTheSameThread();

  void wrapperWithAName() throws Exception;

  void carryingExecutorService() throws Exception;

  void carriedFutures() throws Exception;

  void asyncEndedElsewhere() throws Exception;

  void stage() throws Exception;

  void failingStage() throws Exception;

  /** What another thread found of a value put here, and what comes out of the header. */
  List<String> correlation() throws Exception;

  Map<String, String> inject();

  void continueHeaders(Map<String, String> headers);

  void twoParents(Map<String, String> first, Map<String, String> second);

  /** Trace id, segment id and span id inside of a span, then outside. */
  List<String> ids();

  void link() throws Exception;

  void detached() throws Exception;

  void detachedFromHeaders(Map<String, String> headers);

  /**
   * Spans of two more copies of the API, each in a class loader of its own, inside of a request.
   */
  void moreCopies() throws Exception;

  /** Null, wrong order, strangers and late calls, in every method. */
  void nonsense();
}
