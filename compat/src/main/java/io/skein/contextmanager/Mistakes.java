package io.skein.contextmanager;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says each kind of mistake once: what is wrong in a request is wrong in every one. */
final class Mistakes {
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private Mistakes() {}

  static void say(String what) {
    if (SAID.add(what)) {
      System.getLogger("io.skein.contextmanager")
          .log(System.Logger.Level.WARNING, "{0}; said once", what);
    }
  }
}
