/**
 * Writes SkyWalking's messages directly from the tracer's records, without a message object
 * between.
 */
@NullMarked
package io.skein.wire.encode;

import org.jspecify.annotations.NullMarked;
