package io.skein.api.spi;

/** What is known of a place in a trace. */
public enum PlaceState {
  /** Nothing: not a place, or not one of this provider. */
  NONE,
  /** Headers that were there and could not be read. As a parent it counts for nothing. */
  INVALID,
  /** A trace that is known and not recorded; what is started below is not recorded either. */
  IGNORED,
  /** A recorded span, of this process or another. */
  RECORDED
}
