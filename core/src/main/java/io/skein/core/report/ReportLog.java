package io.skein.core.report;

/**
 * Where the reporter says what changed. The agent has its own log and a library has its user's;
 * neither may be assumed here. Called by the reporter's thread and the profiler's, and for changes
 * of state, not for attempts.
 */
public interface ReportLog {

  /** Says something that needs no action. */
  void info(String message);

  /** Says something that a person should act on. */
  void warn(String message);

  /**
   * Returns a log that says the same on one line of bounded length, whatever is in it: names of
   * tasks and endpoints come from a server.
   */
  static ReportLog oneLine(ReportLog log) {
    return new ReportLog() {
      private static final int MAX_LINE = 500;

      @Override
      public void info(String message) {
        log.info(fit(message));
      }

      @Override
      public void warn(String message) {
        log.warn(fit(message));
      }

      private String fit(String message) {
        StringBuilder line = new StringBuilder(Math.min(message.length(), MAX_LINE));
        for (int i = 0; i < message.length() && i < MAX_LINE; i++) {
          char c = message.charAt(i);
          line.append(Character.isISOControl(c) ? ' ' : c);
        }
        return line.toString();
      }
    };
  }

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
