package io.skein.api;

import org.jspecify.annotations.Nullable;

/**
 * The key of a tag and the rule for setting it again.
 *
 * <p>A key that is null or empty is nothing, and tags with it are ignored.
 *
 * <p>SkyWalking's Java agent appends a second tag with the same key, and its backend's cache
 * analyser fails on such a span; its Python agent replaces. Here a tag is replaced, sameness is the
 * text of the key and nothing else, and who wants several values asks for it with {@link
 * #appending}.
 *
 * @param <T> what the value is before it becomes text, by {@link String#valueOf(Object)}
 */
@SuppressWarnings("UnusedTypeParameter") // it ties a key to the type of its values, in Span.tag
public final class TagKey<T> {
  private final String key;
  private final boolean overwriting;
  private final boolean appending;

  private TagKey(@Nullable String key, boolean overwriting, boolean appending) {
    this.key = key == null ? "" : key;
    this.overwriting = overwriting;
    this.appending = appending;
  }

  /** Setting it again replaces the value. */
  public static <T> TagKey<T> of(@Nullable String key) {
    return new TagKey<>(key, false, false);
  }

  /**
   * Setting it again replaces the value, also when it is set by a framework that shares its span
   * with another one and has no say otherwise: the status that Tomcat sends is truer than the one
   * Spring MVC meant to send.
   */
  public static <T> TagKey<T> overwriting(@Nullable String key) {
    return new TagKey<>(key, true, false);
  }

  /** Setting it again adds one more tag with the same key. */
  public static <T> TagKey<T> appending(@Nullable String key) {
    return new TagKey<>(key, false, true);
  }

  public String key() {
    return key;
  }

  /** Whether the value may be set by each of several frameworks that share a span. */
  public boolean isOverwriting() {
    return overwriting;
  }

  /** Whether a second value stands beside the first. */
  public boolean isAppending() {
    return appending;
  }

  @Override
  public String toString() {
    return key;
  }
}
