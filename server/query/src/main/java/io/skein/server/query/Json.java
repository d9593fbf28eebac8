package io.skein.server.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON to a stream as it goes, so that a large trace is never a large string. Jackson's
 * generator does the escaping; this adds what the answers need often.
 */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonGenerator out;

  Json(OutputStream stream) throws IOException {
    out = FACTORY.createGenerator(stream);
  }

  /** Writes what is inside an object or an array. */
  interface Body {
    void write() throws IOException;
  }

  /** Writes one element. */
  interface Element<T> {
    void write(T element) throws IOException;
  }

  void object(Body body) throws IOException {
    out.writeStartObject();
    body.write();
    out.writeEndObject();
  }

  void object(String name, Body body) throws IOException {
    out.writeFieldName(name);
    object(body);
  }

  /** An array of objects. */
  <T> void objects(String name, Iterable<T> elements, Element<T> element) throws IOException {
    out.writeArrayFieldStart(name);
    for (T each : elements) {
      object(() -> element.write(each));
    }
    out.writeEndArray();
  }

  void array(String name, Body body) throws IOException {
    out.writeArrayFieldStart(name);
    body.write();
    out.writeEndArray();
  }

  /** For who reads line by line; texts have none, since there it is escaped. */
  void lineBreak() throws IOException {
    out.writeRaw('\n');
  }

  void numbers(String name, long[] numbers, int count) throws IOException {
    out.writeFieldName(name);
    out.writeArray(numbers, 0, count);
  }

  /** Makes one array of numbers after the other. */
  interface Column {
    long[] of(int index);
  }

  /** An array of so many arrays of numbers. */
  void arrays(String name, int count, Column column) throws IOException {
    out.writeArrayFieldStart(name);
    for (int i = 0; i < count; i++) {
      long[] numbers = column.of(i);
      out.writeArray(numbers, 0, numbers.length);
    }
    out.writeEndArray();
  }

  void texts(String name, Iterable<String> texts) throws IOException {
    out.writeArrayFieldStart(name);
    for (String text : texts) {
      out.writeString(wellFormed(text));
    }
    out.writeEndArray();
  }

  void text(String name, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeNullField(name);
    } else {
      out.writeStringField(name, wellFormed(text));
    }
  }

  void number(String name, long number) throws IOException {
    out.writeNumberField(name, number);
  }

  void number(String name, @Nullable Long number) throws IOException {
    if (number == null) {
      out.writeNullField(name);
    } else {
      out.writeNumberField(name, number);
    }
  }

  void flag(String name, boolean flag) throws IOException {
    out.writeBooleanField(name, flag);
  }

  void flag(String name, @Nullable Boolean flag) throws IOException {
    if (flag == null) {
      out.writeNullField(name);
    } else {
      out.writeBooleanField(name, flag);
    }
  }

  void nothing(String name) throws IOException {
    out.writeNullField(name);
  }

  void finish() throws IOException {
    out.close();
  }

  /** Half of a surrogate pair is no character: the generator would fail on it in mid-answer. */
  static String wellFormed(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < length
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return replaced(text);
        }
        i++;
      }
    }
    return text;
  }

  private static String replaced(String text) {
    StringBuilder whole = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(whole::appendCodePoint);
    return whole.toString();
  }
}
