package io.skein.server.storage;

/** What became of one received segment. Exactly one of the three, always. */
public sealed interface Outcome {
  Outcome STORED = new Stored();
  Outcome DUPLICATE = new Duplicate();

  /** It is in the store, and will be there after a restart. */
  record Stored() implements Outcome {}

  /**
   * A segment of the same id is in the store already, or came earlier in the same batch; the first
   * one stays.
   */
  record Duplicate() implements Outcome {}

  /**
   * It was not stored.
   *
   * @param reason a short word to count by, such as {@code disk-full}; one of {@link Refusal}'s
   * @param message for a person: what, which value, what to do
   */
  record Refused(String reason, String message) implements Outcome {}
}
