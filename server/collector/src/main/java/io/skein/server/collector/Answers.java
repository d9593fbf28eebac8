package io.skein.server.collector;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** What this server says: the encoded {@code Commands}. */
final class Answers implements MethodDescriptor.Marshaller<byte[]> {
  /** No commands. */
  static final byte[] EMPTY = {};

  @Override
  public InputStream stream(byte[] message) {
    return new ByteArrayInputStream(message);
  }

  @Override
  public byte[] parse(InputStream stream) {
    throw new UnsupportedOperationException("a server reads no answers");
  }
}
