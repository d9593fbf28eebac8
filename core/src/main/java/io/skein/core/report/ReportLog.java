package io.skein.core.report;

/**
 * Where the reporter says what changed. The agent has its own log and a library has its user's;
 * neither may be assumed here. Called from the reporter's thread only, and for changes of state,
 * not for attempts.
 */
public interface ReportLog {

  /** Says something that needs no action. */
  void info(String message);

  /** Says something that a person should act on. */
  void warn(String message);

  /** Says nothing. */
  static ReportLog silent() {
    return new ReportLog() {
      @Override
      public void info(String message) {}

      @Override
      public void warn(String message) {}
    };
  }
}
