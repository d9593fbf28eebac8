package io.skein.plugin.hikaricp;

/** An application that takes connections from a pool of one. */
interface Pool {
  void open() throws Exception;

  /** Inside the entry span {@code request}. */
  void take() throws Exception;

  /** Takes one that the pool validates first, and asks it whether it is valid once more. */
  boolean takeValidated() throws Exception;

  /** Inside the entry span {@code request}, while somebody else has the only connection. */
  String takeWhatIsNotThere() throws Exception;

  void takeOutside() throws Exception;
}
