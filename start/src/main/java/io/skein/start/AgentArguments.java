package io.skein.start;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The text behind the agent's jar on the command line: {@code
 * -javaagent:skein-agent.jar=service=shop,backend='a:1,b:2'}. Quotes, single or double, protect
 * commas and equal signs; this is the form SkyWalking's agent reads.
 */
public final class AgentArguments {
  private AgentArguments() {}

  /** Returns the pairs in order. Pieces without a key or an equal sign are passed over. */
  public static Map<String, String> parse(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    StringBuilder piece = new StringBuilder();
    int equals = -1;
    char quote = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ',';
      boolean last = i == text.length();
      if (quote != 0 && !last) {
        if (c == quote) {
          quote = 0;
        } else {
          piece.append(c);
        }
      } else if (c == ',') {
        if (equals > 0) {
          pairs.put(piece.substring(0, equals).trim(), piece.substring(equals).trim());
        }
        piece.setLength(0);
        equals = -1;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '=' && equals < 0) {
        equals = piece.length();
      } else {
        piece.append(c);
      }
    }
    return pairs;
  }
}
