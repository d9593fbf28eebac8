package io.skein.server.storage;

/** What became of one received segment. Exactly one of these, always. */
public sealed interface Outcome {
  Outcome STORED = new Stored();
  Outcome DUPLICATE = new Duplicate();

  /** It is in the store, and will be there after a restart. */
  record Stored() implements Outcome {}

  /**
   * A segment of the same id is in the store already, or is in the same batch, and this one has
   * nothing that the other has not. The other stays.
   */
  record Duplicate() implements Outcome {}

  /**
   * It is in the store, in the place of an earlier one with the same id, of which it has all spans
   * and more: some agents send a segment again as it grows.
   *
   * @param spansBefore how many spans the earlier one had; that one now counts as a duplicate
   */
  record Grown(int spansBefore) implements Outcome {}

  /**
   * It was not stored.
   *
   * @param reason a short word to count by, such as {@code disk-full}; one of {@link Refusal}'s
   * @param message for a person: what, which value, what to do
   */
  record Refused(String reason, String message) implements Outcome {}
}
