/**
 * The messages of the SkyWalking v3 protocol as immutable values.
 *
 * <p>One model from the socket to the disk: the collector, the store and the queries use these
 * types, and nobody sees generated classes. They say what was received, not what it means: enum
 * numbers are kept as numbers, because proto3 enums are open and a newer agent may send a value
 * that we do not know (Java agents already send layer 7), and every text is taken as it came.
 */
@NullMarked
package io.skein.wire.model;

import org.jspecify.annotations.NullMarked;
