package io.skein.benchmarks.overhead.sink;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Every method that a SkyWalking backend or an OpenTelemetry collector has, by gRPC: any number of
 * messages comes in, one empty message goes out, which for all of them is a valid answer.
 */
final class GrpcMethods extends HandlerRegistry {
  private final Tally tally;

  GrpcMethods(Tally tally) {
    this.tally = tally;
  }

  private interface Counter {
    long spansIn(byte[] message) throws IOException;
  }

  @Override
  public ServerMethodDefinition<byte[], byte[]> lookupMethod(
      String name, @Nullable String authority) {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
            .setFullMethodName(name)
            .setRequestMarshaller(Bytes.MARSHALLER)
            .setResponseMarshaller(Bytes.MARSHALLER)
            .build();
    return ServerMethodDefinition.create(method, new Handler(name, counterOf(name)));
  }

  private static @Nullable Counter counterOf(String method) {
    return switch (method) {
      case "skywalking.v3.TraceSegmentReportService/collect" -> GrpcMethods::spansOfSegment;
      case "skywalking.v3.TraceSegmentReportService/collectInSync" -> GrpcMethods::spansOfSegments;
      case "opentelemetry.proto.collector.trace.v1.TraceService/Export" -> Otlp::spansIn;
      default -> null;
    };
  }

  /** SegmentCollection: 1, repeated SegmentObject. */
  private static long spansOfSegments(byte[] message) throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(message);
    long count = 0;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        count += spansOfSegment(input.readByteArray());
      } else {
        input.skipField(tag);
      }
    }
    return count;
  }

  /** SegmentObject: 3, repeated SpanObject. Their fields are walked over, not trusted. */
  private static long spansOfSegment(byte[] message) throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(message);
    long count = 0;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 3) {
        CodedInputStream span = CodedInputStream.newInstance(input.readByteArray());
        span.skipMessage();
        if (!span.isAtEnd()) {
          throw new IOException("a span that ends before its bytes do");
        }
        count++;
      } else {
        input.skipField(tag);
      }
    }
    return count;
  }

  private final class Handler implements ServerCallHandler<byte[], byte[]> {
    private final String method;
    private final @Nullable Counter counter;

    Handler(String method, @Nullable Counter counter) {
      this.method = method;
      this.counter = counter;
    }

    @Override
    public ServerCall.Listener<byte[]> startCall(
        ServerCall<byte[], byte[]> call, Metadata headers) {
      call.request(1);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          take(message);
          call.request(1);
        }

        @Override
        public void onHalfClose() {
          call.sendHeaders(new Metadata());
          call.sendMessage(new byte[0]);
          call.close(Status.OK, new Metadata());
        }
      };
    }

    private void take(byte[] message) {
      if (counter == null) {
        tally.other();
        return;
      }
      try {
        tally.spans(counter.spansIn(message), message.length);
      } catch (IOException broken) {
        tally.undecodable(method, broken);
      }
    }
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    MARSHALLER;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }
}
