package io.skein.server.storage;

/** 64 bits for a trace id, to order, compare and remember ids of any length. */
public final class TraceHash {
  // FNV-1a's prime and basis, then the finisher of MurmurHash3, because ids often differ in their
  // last digits only.
  private static final long BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private TraceHash() {}

  public static long of(String id) {
    long hash = BASIS;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * PRIME;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
