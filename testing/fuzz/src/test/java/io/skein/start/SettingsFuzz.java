package io.skein.start;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A digit for what it is, then the text: JSON, a settings file, agent arguments, a command line.
 */
public final class SettingsFuzz {
  private static final ObjectMapper JACKSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Map<String, String> NAMES =
      Map.of("A", "value", "B", "${A}", "C", "${B:x}${C}", "D", "${A}${B}${C}${D}");

  private SettingsFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    switch (input.below(5)) {
      case 0 -> object(input.restText());
      case 1 -> array(input);
      case 2 -> file(input.restText());
      case 3 -> arguments(input);
      default -> serviceName(input);
    }
  }

  private static void object(String json) {
    List<Map.Entry<String, String>> pairs = FlatJson.pairs(json);
    JsonNode expected;
    try {
      expected = JACKSON.readTree(json);
    } catch (JsonProcessingException notJson) {
      return;
    }
    if (!expected.isObject()) {
      Check.that(pairs.isEmpty(), "pairs of what is no object");
      return;
    }
    List<Map.Entry<String, String>> texts = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : expected.properties()) {
      if (!field.getValue().isTextual()) {
        return; // Taken as it is written; Jackson has no such text.
      }
      texts.add(Map.entry(field.getKey(), field.getValue().textValue()));
    }
    if (texts.size() == pairs.size()) {
      Check.equal(pairs, texts, "pairs");
    } else {
      // A key that comes twice is one for Jackson.
      Check.that(pairs.size() > texts.size(), "pairs are missing: " + pairs + " of " + texts);
    }
  }

  private static void array(Input input) {
    List<String> texts = new ArrayList<>();
    while (input.hasMore() && texts.size() < 20) {
      texts.add(input.text());
    }
    String json = FlatJson.array(texts);
    try {
      JsonNode read = JACKSON.readTree(json);
      List<String> again = new ArrayList<>();
      read.forEach(text -> again.add(text.textValue()));
      Check.equal(again, texts, "array");
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + json, e);
    }
  }

  private static void file(String text) {
    Map<String, String> read;
    try {
      read = SettingsFile.read(text, NAMES, Map.of("ENV", "e"));
    } catch (IOException noProperties) {
      return;
    }
    long sum = 0;
    for (Map.Entry<String, String> entry : read.entrySet()) {
      sum += entry.getKey().length() + entry.getValue().length();
    }
    // Ten placeholders in each value, each the whole file at most.
    Check.that(sum <= 12L * (text.length() + 32L) * (text.length() + 32L), "grew to " + sum);
  }

  private static void arguments(Input input) {
    String text = input.line();
    Map<String, String> any = AgentArguments.parse(text);
    any.forEach((key, value) -> Check.equal(key + value, key.trim() + value.trim(), "trimmed"));

    Map<String, String> pairs = new java.util.LinkedHashMap<>();
    StringBuilder written = new StringBuilder();
    while (input.hasMore() && pairs.size() < 10) {
      String key = plain(input.line());
      String value = plain(input.line());
      if (!key.isEmpty() && pairs.putIfAbsent(key, value) == null) {
        written.append(written.length() == 0 ? "" : ",");
        written.append('"').append(key).append("\"='").append(value).append('\'');
      }
    }
    Check.equal(AgentArguments.parse(written.toString()), pairs, "arguments " + written);
  }

  private static String plain(String text) {
    return text.replace("'", "").replace("\"", "").trim();
  }

  private static void serviceName(Input input) {
    String command = input.line();
    String yaml = input.restText();
    String name = ServiceName.find(command.replace('/', '.'), Map.of(), Map.of());
    Check.that(!name.isBlank(), "a blank name");
    Check.equal(name, name.trim(), "name");
    String found = ServiceName.inYaml(yaml);
    Check.that(found == null || yaml.contains(found), "a name that is nowhere: " + found);
    String known =
        ServiceName.find(
            "x " + String.join(" ", Arrays.asList(yaml.split("\n"))),
            Map.of("spring.application.name", "shop"),
            Map.of());
    Check.equal(known, "shop", "name that is given");
  }
}
