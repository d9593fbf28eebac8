package io.skein.testing.bridges;

/** What the tests ask of the application. */
interface BridgedApp {
  /** Requests a page of the application's own Tomcat with a client that a plugin traces. */
  String get(String path) throws Exception;

  /** The same with a client that nobody traces, and the headers that OpenTracing injects. */
  String getByHand(String path) throws Exception;

  /** Hands the active span over to a pool, which a plugin watches. */
  void handOver() throws Exception;

  /** How many of 100 virtual threads saw another span than their own. */
  int mixUpsInVirtualThreads() throws Exception;

  /** Starts and stops spans through the static facade, around a call that a plugin traces. */
  String facade(String path) throws Exception;
}
