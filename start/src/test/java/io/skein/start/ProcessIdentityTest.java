package io.skein.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessIdentityTest {
  private final List<String> warnings = new ArrayList<>();

  private ProcessIdentity of(Map<String, String> given) {
    return ProcessIdentity.of(Settings.resolve(given, Map.of(), Map.of(), Map.of()), warnings::add);
  }

  @Test
  void namesUpToWhatBackendsKeepAreLeftAlone() {
    String seventy = "s".repeat(70);
    ProcessIdentity identity = of(Map.of("service", seventy, "instance", "i".repeat(70)));
    assertThat(identity.service()).isEqualTo(seventy);
    assertThat(identity.instance()).hasSize(70);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aLongerNameIsCutAndOneLineSaysSo() {
    ProcessIdentity identity = of(Map.of("service", "x".repeat(66), "namespace", "production"));
    assertThat(identity.service()).isEqualTo("x".repeat(66) + "|pro");
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(
            "the name of the service has 78 characters; backends keep 70",
            "\"" + identity.service() + "\"");
  }

  @Test
  void noCharacterIsCutInTwo() {
    ProcessIdentity identity = of(Map.of("instance", "i".repeat(69) + "\uD83D\uDE00 and more"));
    assertThat(identity.instance()).isEqualTo("i".repeat(69));
  }

  @Test
  void theNameThatIsFoundWhenNoneIsGivenFits() {
    ProcessIdentity identity = of(Map.of("service", "shop"));
    assertThat(identity.instance()).matches("[0-9a-f]{32}@.+").hasSizeLessThanOrEqualTo(70);
  }
}
