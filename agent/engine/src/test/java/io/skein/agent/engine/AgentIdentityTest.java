package io.skein.agent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.agent.engine.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentIdentityTest {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

  private AgentIdentity of(Map<String, String> given) {
    return AgentIdentity.of(
        Settings.resolve(given, Map.of(), Map.of(), Map.of()),
        new AgentLog(new PrintStream(logged, true, StandardCharsets.UTF_8), AgentLog.Level.INFO));
  }

  private String log() {
    return logged.toString(StandardCharsets.UTF_8);
  }

  @Test
  void namesUpToWhatBackendsKeepAreLeftAlone() {
    String seventy = "s".repeat(70);
    AgentIdentity identity = of(Map.of("service", seventy, "instance", "i".repeat(70)));
    assertThat(identity.service()).isEqualTo(seventy);
    assertThat(identity.instance()).hasSize(70);
    assertThat(log()).isEmpty();
  }

  @Test
  void aLongerNameIsCutAndOneLineSaysSo() {
    AgentIdentity identity = of(Map.of("service", "x".repeat(66), "namespace", "production"));
    assertThat(identity.service()).isEqualTo("x".repeat(66) + "|pro");
    assertThat(log().lines())
        .singleElement()
        .asString()
        .contains(
            "WARN the name of the service has 78 characters; backends keep 70",
            "\"" + identity.service() + "\"");
  }

  @Test
  void noCharacterIsCutInTwo() {
    AgentIdentity identity = of(Map.of("instance", "i".repeat(69) + "\uD83D\uDE00 and more"));
    assertThat(identity.instance()).isEqualTo("i".repeat(69));
  }

  @Test
  void theNameThatIsFoundWhenNoneIsGivenFits() {
    AgentIdentity identity = of(Map.of("service", "shop"));
    assertThat(identity.instance()).matches("[0-9a-f]{32}@.+").hasSizeLessThanOrEqualTo(70);
  }
}
