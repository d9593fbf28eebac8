package io.skein.server.query;

import io.skein.server.storage.profile.ThreadState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stacks merged into a tree: a node is a frame, line included, below another node. Parents come
 * before their children. For one thread.
 *
 * <p>A node has what snapshots say that ended in it; a total is the sum over its subtree, which is
 * why children can never have more than their parent.
 */
final class StackTree {
  /** The innermost frames of further stacks are left out; only hostile ones make so many. */
  static final int MAX_NODES = 1_000_000;

  static final int ROOT = -1;

  /** States in the order in which they are told. */
  static final List<ThreadState> STATES =
      List.of(
          ThreadState.RUNNING,
          ThreadState.BLOCKED,
          ThreadState.WAITING,
          ThreadState.NATIVE,
          ThreadState.UNKNOWN);

  private final List<String> frames = new ArrayList<>();
  private final Map<String, Integer> frameNumbers = new HashMap<>();
  private int[] parents = new int[1024];
  private int[] nodeFrames = new int[1024];
  private int[] samples = new int[1024];
  private final long[][] selfMicros = new long[STATES.size()][1024];
  private int size;
  private boolean full;

  // Open addressing: a node's number plus one, by its parent and frame; 0 is free.
  private int[] table = new int[4096];

  /** The number of a frame's text. */
  int frame(String text) {
    Integer known = frameNumbers.putIfAbsent(text, frames.size());
    if (known != null) {
      return known;
    }
    frames.add(text);
    return frames.size() - 1;
  }

  String frameText(int frame) {
    return frames.get(frame);
  }

  /**
   * The node of a frame below another, made if need be; the parent itself when there is no room.
   */
  int child(int parent, int frame) {
    int mask = table.length - 1;
    int slot = hash(parent, frame) & mask;
    while (table[slot] != 0) {
      int node = table[slot] - 1;
      if (parents[node] == parent && nodeFrames[node] == frame) {
        return node;
      }
      slot = (slot + 1) & mask;
    }
    if (size == MAX_NODES) {
      full = true;
      return parent;
    }
    if (size == parents.length) {
      grow();
    }
    parents[size] = parent;
    nodeFrames[size] = frame;
    table[slot] = ++size;
    if (size > table.length / 2) {
      rehash();
    }
    return size - 1;
  }

  private static int hash(int parent, int frame) {
    int hash = (parent * 0x9E3779B9) ^ (frame * 0x85EBCA6B);
    return hash ^ hash >>> 15;
  }

  private void grow() {
    int length = 2 * size;
    parents = Arrays.copyOf(parents, length);
    nodeFrames = Arrays.copyOf(nodeFrames, length);
    samples = Arrays.copyOf(samples, length);
    for (int i = 0; i < selfMicros.length; i++) {
      selfMicros[i] = Arrays.copyOf(selfMicros[i], length);
    }
  }

  private void rehash() {
    int[] larger = new int[2 * table.length];
    int mask = larger.length - 1;
    for (int node = 0; node < size; node++) {
      int slot = hash(parents[node], nodeFrames[node]) & mask;
      while (larger[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      larger[slot] = node + 1;
    }
    table = larger;
  }

  /** Notes a snapshot whose innermost frame is a node. */
  void add(int node, ThreadState state, long micros) {
    samples[node]++;
    selfMicros[STATES.indexOf(state)][node] += micros;
  }

  /** How many nodes there are. */
  int size() {
    return size;
  }

  /** Whether stacks had to be left out in part. */
  boolean isFull() {
    return full;
  }

  List<String> frames() {
    return frames;
  }

  int parent(int node) {
    return parents[node];
  }

  int frameOf(int node) {
    return nodeFrames[node];
  }

  /** Of snapshots that end in a node, not below. */
  int selfSamples(int node) {
    return samples[node];
  }

  /** Of snapshots that end in a node, in the state of this number in {@link #STATES}. */
  long selfMicros(int state, int node) {
    return selfMicros[state][node];
  }

  /** Samples of each node's whole subtree. */
  long[] totalSamples() {
    long[] totals = new long[size];
    for (int node = size - 1; node >= 0; node--) {
      totals[node] += samples[node];
      if (parents[node] != ROOT) {
        totals[parents[node]] += totals[node];
      }
    }
    return totals;
  }

  /** Microseconds of each node's whole subtree, in all states. */
  long[] totalMicros() {
    long[] totals = new long[size];
    for (int node = size - 1; node >= 0; node--) {
      for (long[] ofState : selfMicros) {
        totals[node] += ofState[node];
      }
      if (parents[node] != ROOT) {
        totals[parents[node]] += totals[node];
      }
    }
    return totals;
  }
}
