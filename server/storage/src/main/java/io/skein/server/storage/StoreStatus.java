package io.skein.server.storage;

import org.jspecify.annotations.Nullable;

/**
 * How the store is.
 *
 * @param diskBytes everything in the data directory
 * @param diskBudgetBytes never exceeded by {@code diskBytes}; 0 when the store has no budget
 * @param oldestMillis start of the oldest kept segment; null when empty
 * @param kept what can be found now
 * @param removedByRetention what had to go to keep the budget, ever
 * @param trouble why nothing can be stored at the moment, for a person; null when all is well
 */
public record StoreStatus(
    long diskBytes,
    long diskBudgetBytes,
    @Nullable Long oldestMillis,
    Counts kept,
    Counts removedByRetention,
    @Nullable String trouble) {}
