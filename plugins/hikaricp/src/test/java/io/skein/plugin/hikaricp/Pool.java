package io.skein.plugin.hikaricp;

/** An application that takes connections from a pool of one. */
interface Pool {
  void open() throws Exception;

  /** Inside the entry span {@code request}. */
  void take() throws Exception;

  /** Inside the entry span {@code request}, while somebody else has the only connection. */
  String takeWhatIsNotThere() throws Exception;

  void takeOutside() throws Exception;
}
