/**
 * Reports to a SkyWalking collector by gRPC, with nothing but an HTTP/2 client underneath.
 *
 * <p>{@link io.skein.wire.grpc.GrpcReporting} is the door; the rest is behind it.
 */
@NullMarked
package io.skein.wire.grpc;

import org.jspecify.annotations.NullMarked;
