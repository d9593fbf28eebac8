/**
 * Reading of what agents send, for the server: everything that arrives is hostile until it was read
 * here. Also the writing of the few messages that go the other way, and of segments for tests and
 * for stores.
 */
@NullMarked
package io.skein.wire.decode;

import org.jspecify.annotations.NullMarked;
