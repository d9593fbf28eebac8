package io.skein.server.collector;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Messages are bytes: what the client says is up to the test. */
final class ByteMarshaller implements MethodDescriptor.Marshaller<byte[]> {
  static final ByteMarshaller KEEPING = new ByteMarshaller();

  @Override
  public InputStream stream(byte[] message) {
    return new ByteArrayInputStream(message);
  }

  @Override
  public byte[] parse(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
