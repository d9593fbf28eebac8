package io.skein.server.collector;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A message as it came, or why it could not be taken off the transport. Failures travel as values,
 * because gRPC turns what a marshaller throws into UNKNOWN and a stack trace in the log.
 */
// Identity of the array is enough: messages are never compared.
@SuppressWarnings("ArrayRecordComponent")
record Incoming(byte[] bytes, @Nullable Status failure) {
  private static final Incoming DISCARDED = new Incoming(new byte[0], null);

  /** Reads each message whole. */
  static final MethodDescriptor.Marshaller<Incoming> KEEPING = new Reader(true);

  /** Throws the content away at once: for what this server counts but does not keep. */
  static final MethodDescriptor.Marshaller<Incoming> DISCARDING = new Reader(false);

  private static Incoming failed(Status failure) {
    return new Incoming(DISCARDED.bytes(), failure);
  }

  private static final class Reader implements MethodDescriptor.Marshaller<Incoming> {
    private final boolean keeps;

    Reader(boolean keeps) {
      this.keeps = keeps;
    }

    @Override
    public InputStream stream(Incoming message) {
      throw new UnsupportedOperationException("a server sends no requests");
    }

    @Override
    public Incoming parse(InputStream stream) {
      if (!keeps) {
        return DISCARDED;
      }
      try {
        return stream instanceof KnownLength ? whole(stream) : unpacked(stream);
      } catch (StatusRuntimeException e) {
        // Of gRPC's own limit on one message, which unpacking has passed.
        return failed(e.getStatus());
      } catch (IOException e) {
        return failed(
            Status.INVALID_ARGUMENT.withDescription(
                "the message cannot be unpacked: " + e.getMessage()));
      }
    }

    private static Incoming whole(InputStream stream) throws IOException {
      byte[] bytes = new byte[stream.available()];
      if (stream.readNBytes(bytes, 0, bytes.length) != bytes.length) {
        throw new IOException("it ends early");
      }
      return new Incoming(bytes, null);
    }

    /**
     * Reads a compressed message, whose length nobody knows before. One is bounded by gRPC, many at
     * once like arriving bytes.
     */
    private static Incoming unpacked(InputStream stream) throws IOException {
      InboundMemory.Stream memory = InboundMemory.STREAM.get();
      ByteArrayOutputStream message = new ByteArrayOutputStream(8192);
      byte[] piece = new byte[8192];
      for (int read = stream.read(piece); read >= 0; read = stream.read(piece)) {
        if (!memory.unpacked(read)) {
          return failed(InboundMemory.full());
        }
        message.write(piece, 0, read);
      }
      return new Incoming(message.toByteArray(), null);
    }
  }
}
