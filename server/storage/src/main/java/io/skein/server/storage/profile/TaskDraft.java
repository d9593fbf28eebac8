package io.skein.server.storage.profile;

import org.jspecify.annotations.Nullable;

/**
 * A profile task as somebody asks for it. What its numbers may be is said by {@link
 * io.skein.core.profile.ProfileTask}.
 *
 * @param startMillis null: at once
 */
public record TaskDraft(
    String service,
    String endpoint,
    @Nullable Long startMillis,
    int durationMinutes,
    int minDurationMillis,
    int periodMillis,
    int maxSamples) {}
