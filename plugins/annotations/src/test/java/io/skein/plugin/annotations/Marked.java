package io.skein.plugin.annotations;

import java.util.List;

/** What the application under test marks, and calls; the test sees its spans. */
interface Marked {
  void plain() throws Exception;

  void named() throws Exception;

  void nested() throws Exception;

  void ofEveryKind() throws Exception;

  /** The message of the exception that came out. */
  String failing() throws Exception;

  void described() throws Exception;

  void tagged() throws Exception;

  void steps() throws Exception;

  void hostile() throws Exception;

  void tagsOfTheActiveSpan() throws Exception;

  void interfaceMethod() throws Exception;

  // ---- asynchronous

  void future() throws Exception;

  void failedFuture() throws Exception;

  void cancelledFuture() throws Exception;

  void completedFuture() throws Exception;

  /** A stage of somebody's own that cannot be watched. */
  void strangeStage() throws Exception;

  void nestedFutures() throws Exception;

  void nestedInOneThread() throws Exception;

  void flow() throws Exception;

  void cancelledFlow() throws Exception;

  // ---- between threads

  void crossThread() throws Exception;

  void crossThreadInAPool() throws Exception;

  void crossThreadInTheSameThread() throws Exception;

  void crossThreadOutsideOfATrace() throws Exception;

  void crossThreadTwice() throws Exception;

  // ---- SkyWalking's annotations

  void skywalking() throws Exception;

  void skywalkingWrappers() throws Exception;

  /** Whether each of the returned objects was what the method made. */
  List<Boolean> sameObjects() throws Exception;
}
