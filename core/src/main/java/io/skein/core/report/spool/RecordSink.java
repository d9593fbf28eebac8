package io.skein.core.report.spool;

/** Takes records that are read from the disk. */
public interface RecordSink {

  /**
   * Takes one encoded segment; the array is not kept.
   *
   * @return false when there is no room for it
   */
  boolean take(byte[] source, int from, int length, int spans);
}
