package io.skein.plugin.annotations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Expressions are texts of the application's authors, who may write anything. */
class ExpressionTest {
  private static String value(String expression, Object... arguments) {
    return Expression.parse(expression).value(arguments, "the result");
  }

  @Test
  void whatIsNoExpressionStandsForItself() {
    for (String text :
        List.of(
            "",
            " spaces stay ",
            "arg",
            "arg[",
            "arg[]",
            "arg[-1]",
            "arg[99999999999]",
            "arg[0",
            "arg[0]x",
            "arg[0].",
            "arg[0]..x",
            "arg[0]['key",
            "arg[0][",
            "arg[0].call(1)",
            "returnedObject",
            "returnedObj.x-y")) {
      assertThat(value(text, "argument")).isEqualTo(text);
    }
  }

  @Test
  void stepsMayBeWrittenInBothWays() {
    Map<String, List<String>> map = Map.of("it's. [a] key", List.of("zero", "one"));
    assertThat(value("arg[0]['it's. [a] key'][1]", map)).isEqualTo("one");
    assertThat(value("arg[0].['it's. [a] key'].[1].length()", map)).isEqualTo("3");
    assertThat(value("returnedObj.length()")).isEqualTo("10");
    assertThat(value(" arg[1] ", "a", "b")).isEqualTo("b");
    assertThat(value("arg[0].length", (Object) new int[3])).isEqualTo("3");
  }

  @Test
  void nothingThatIsWrittenDoesHarm() {
    Random random = new Random(7);
    String alphabet = "arg[0].returnedObj()'x ";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "arg[0]" : "returnedObj");
      for (int k = random.nextInt(12); k > 0; k--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(value(text.toString(), Map.of("x", "y"))).isNotNull();
    }
  }
}
