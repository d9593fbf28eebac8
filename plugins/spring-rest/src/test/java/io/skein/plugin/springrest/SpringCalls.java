package io.skein.plugin.springrest;

/** What only Spring's clients can do. Each call is made inside the entry span {@code request}. */
interface SpringCalls {
  /** Calls a template with the variable {@code 7}. */
  String template(String url) throws Exception;

  /** The same with the client's base URL before it. */
  String templateBelowBase(String base, String template) throws Exception;

  /** An interceptor calls {@code token} first, with a client of its own. */
  String intercepted(String url, String token) throws Exception;

  /** Returns the exception that an error status becomes. */
  String failing(String url) throws Exception;
}
