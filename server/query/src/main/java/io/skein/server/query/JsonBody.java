package io.skein.server.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that changes something: one flat JSON object of texts and whole numbers,
 * read as strictly as {@link Parameters} are.
 */
final class JsonBody {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(20).build())
          .build();

  private final Map<String, Object> values;

  private JsonBody(Map<String, Object> values) {
    this.values = values;
  }

  /** Reads a body that may have these fields and no others; null counts as absent. */
  static JsonBody parse(byte[] body, Set<String> known) throws RequestException {
    Map<String, Object> values = new HashMap<>();
    try (JsonParser parser = FACTORY.createParser(text(body))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw bad("the body is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (!known.contains(name)) {
          throw RequestException.badParameterSaying(
              RequestException.shortened(name),
              "",
              "there is no field \""
                  + RequestException.shortened(name)
                  + "\" here; known are "
                  + String.join(", ", new TreeSet<>(known)));
        }
        Object value = value(parser, name);
        if (value != null) {
          values.put(name, value);
        }
      }
      if (parser.nextToken() != null) {
        throw bad("something follows the JSON object");
      }
      return new JsonBody(values);
    } catch (JsonProcessingException e) {
      throw bad("the body is not JSON: " + RequestException.shortened(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new IllegalStateException("reading memory failed", e);
    }
  }

  /** JSON that travels is UTF-8; Jackson would guess UTF-16 and UTF-32, too. */
  private static String text(byte[] body) throws RequestException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw bad("the body is not UTF-8");
    }
  }

  private static @Nullable Object value(JsonParser parser, String name)
      throws IOException, RequestException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return parser.getLongValue();
    }
    String what = token == null || token.isStructStart() ? "" : parser.getText();
    throw RequestException.badParameter(name, what, "a text or a whole number");
  }

  private static RequestException bad(String message) {
    return RequestException.of(400, "bad-body", message);
  }

  /** A text that has to be there. */
  String text(String name, String meaning) throws RequestException {
    Object value = values.get(name);
    if (value == null) {
      throw RequestException.missing(name, meaning);
    }
    if (value instanceof String text) {
      return text;
    }
    throw RequestException.badParameter(name, value.toString(), "a text");
  }

  /** A whole number; null when it is not there. */
  @Nullable Long number(String name) throws RequestException {
    Object value = values.get(name);
    if (value == null || value instanceof Long) {
      return (Long) value;
    }
    throw RequestException.badParameter(name, value.toString(), "a whole number");
  }

  /** A whole number that has to be there, and within what an int can say. */
  int integer(String name, String meaning) throws RequestException {
    Long value = number(name);
    if (value == null) {
      throw RequestException.missing(name, meaning);
    }
    if (value != value.intValue()) {
      throw RequestException.badParameter(
          name,
          value.toString(),
          "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
    }
    return value.intValue();
  }
}
