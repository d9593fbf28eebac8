/** Receives what agents report over gRPC, hands it to the store and keeps the accounts. */
@NullMarked
package io.skein.server.collector;

import org.jspecify.annotations.NullMarked;
