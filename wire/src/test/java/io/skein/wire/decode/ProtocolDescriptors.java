package io.skein.wire.decode;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;

/**
 * The protocol as protobuf's own library knows it, from the tables in wire-v3: the reference for
 * our reader and writer. Enums are declared as int32, which is the same on the wire and keeps
 * unknown numbers comparable.
 */
public final class ProtocolDescriptors {
  private static final FileDescriptor FILE = file();

  public static final Descriptor SEGMENT = FILE.findMessageTypeByName("SegmentObject");
  public static final Descriptor COLLECTION = FILE.findMessageTypeByName("SegmentCollection");
  public static final Descriptor PROPERTIES = FILE.findMessageTypeByName("InstanceProperties");
  public static final Descriptor PING = FILE.findMessageTypeByName("InstancePingPkg");
  public static final Descriptor COMMANDS = FILE.findMessageTypeByName("Commands");
  public static final Descriptor SNAPSHOT = FILE.findMessageTypeByName("ThreadSnapshot");
  public static final Descriptor PROFILE_QUERY =
      FILE.findMessageTypeByName("ProfileTaskCommandQuery");
  public static final Descriptor PROFILE_FINISH =
      FILE.findMessageTypeByName("ProfileTaskFinishReport");

  private ProtocolDescriptors() {}

  private static FileDescriptor file() {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setName("skywalking.proto").setSyntax("proto3");
    message(file, "KeyStringValuePair", "1:string key", "2:string value");
    message(
        file,
        "SegmentReference",
        "1:int32 refType",
        "2:string traceId",
        "3:string parentTraceSegmentId",
        "4:int32 parentSpanId",
        "5:string parentService",
        "6:string parentServiceInstance",
        "7:string parentEndpoint",
        "8:string networkAddressUsedAtPeer");
    message(file, "Log", "1:int64 time", "2:KeyStringValuePair data");
    message(
        file,
        "SpanObject",
        "1:int32 spanId",
        "2:int32 parentSpanId",
        "3:int64 startTime",
        "4:int64 endTime",
        "5:SegmentReference refs",
        "6:string operationName",
        "7:string peer",
        "8:int32 spanType",
        "9:int32 spanLayer",
        "10:int32 componentId",
        "11:bool isError",
        "12:KeyStringValuePair tags",
        "13:Log logs",
        "14:bool skipAnalysis");
    message(
        file,
        "SegmentObject",
        "1:string traceId",
        "2:string traceSegmentId",
        "3:SpanObject spans",
        "4:string service",
        "5:string serviceInstance",
        "6:bool isSizeLimited");
    message(file, "SegmentCollection", "1:SegmentObject segments");
    message(
        file,
        "InstanceProperties",
        "1:string service",
        "2:string serviceInstance",
        "3:KeyStringValuePair properties",
        "4:string layer");
    message(
        file, "InstancePingPkg", "1:string service", "2:string serviceInstance", "3:string layer");
    message(file, "Command", "1:string command", "2:KeyStringValuePair args");
    message(file, "Commands", "1:Command commands");
    message(file, "ThreadStack", "1:strings codeSignatures");
    message(
        file,
        "ThreadSnapshot",
        "1:string taskId",
        "2:string traceSegmentId",
        "3:int64 time",
        "4:int32 sequence",
        "5:one ThreadStack stack",
        "15001:int32 skeinState",
        "15002:int32 skeinPeriodMillis",
        "15003:int32 skeinFramesCut");
    message(
        file,
        "ProfileTaskCommandQuery",
        "1:string service",
        "2:string serviceInstance",
        "3:int64 lastCommandTime");
    message(
        file,
        "ProfileTaskFinishReport",
        "1:string service",
        "2:string serviceInstance",
        "3:string taskId");
    try {
      return FileDescriptor.buildFrom(file.build(), new FileDescriptor[0]);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A field of a message type is a repeated one, unless it begins with "one". */
  private static void message(FileDescriptorProto.Builder file, String name, String... fields) {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
    for (String field : fields) {
      int colon = field.indexOf(':');
      int space = field.lastIndexOf(' ');
      String type = field.substring(colon + 1, space);
      FieldDescriptorProto.Builder built =
          FieldDescriptorProto.newBuilder()
              .setName(field.substring(space + 1))
              .setNumber(Integer.parseInt(field.substring(0, colon)))
              .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
      switch (type) {
        case "string" -> built.setType(FieldDescriptorProto.Type.TYPE_STRING);
        case "strings" ->
            built
                .setType(FieldDescriptorProto.Type.TYPE_STRING)
                .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
        case "one ThreadStack" ->
            built.setType(FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName("ThreadStack");
        case "int32" -> built.setType(FieldDescriptorProto.Type.TYPE_INT32);
        case "int64" -> built.setType(FieldDescriptorProto.Type.TYPE_INT64);
        case "bool" -> built.setType(FieldDescriptorProto.Type.TYPE_BOOL);
        default ->
            built
                .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
                .setTypeName(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
      }
      message.addField(built);
    }
    file.addMessageType(message);
  }
}
