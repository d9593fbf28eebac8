package io.skein.core.profile;

/**
 * What the segments of one sampled request, in whatever threads, have in common. It travels in
 * snapshots from thread to thread, so that what goes on elsewhere is sampled as well.
 *
 * <p>It has a place among those that are sampled at the same time while at least one thread works
 * for it: between the end of its first segment and the start of an asynchronous continuation others
 * may have the place. And it counts once against its task's number of samples, when its first
 * snapshot is taken, however many segments it has.
 */
public final class SampledRequest {
  final Run run;

  /** From when on snapshots are taken: when the request is older than the task demands. */
  final long dueNanos;

  /** How many threads work for it and are watched; guarded by the slots. */
  int watched;

  /** Whether it counts as one of the task's samples; written by the sampler's thread. */
  volatile boolean counted;

  /** Whether others may go on with it; written by any thread, only to true. */
  private volatile boolean handedOn;

  SampledRequest(Run run, long dueNanos) {
    this.run = run;
    this.dueNanos = dueNanos;
  }

  /** A snapshot was made that carries this request elsewhere. */
  public void handedOn() {
    handedOn = true;
  }

  /** Returns whether its task has ended, so that nothing more of it is sampled. */
  public boolean isOver() {
    return !run.isOpen();
  }

  boolean mayGoOn() {
    return handedOn;
  }
}
