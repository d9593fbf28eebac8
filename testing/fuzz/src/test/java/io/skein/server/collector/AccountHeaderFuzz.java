package io.skein.server.collector;

import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.util.Map;
import java.util.stream.Collectors;

/** The metadata {@code skein-account}: all of it or nothing, and what is taken is in bounds. */
public final class AccountHeaderFuzz {
  private AccountHeaderFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    AccountHeader.Figures figures = AccountHeader.parse(new Input(data).restText());
    if (figures == null) {
      return;
    }
    Check.that(figures.processId().matches("[A-Za-z0-9._-]{1,64}"), "id " + figures.processId());
    Check.that(figures.values().size() <= 100, "too many figures");
    Check.that(
        figures.values().containsKey("made.segments") && figures.values().containsKey("made.spans"),
        "does not say what it made");
    for (Map.Entry<String, Long> figure : figures.values().entrySet()) {
      Check.that(figure.getKey().matches("[A-Za-z0-9._-]{1,64}"), "word " + figure.getKey());
      Check.that(
          figure.getValue() >= 0 && figure.getValue() < 1_000_000_000_000_000L,
          "figure " + figure.getValue());
    }
    String again =
        figures.values().entrySet().stream()
            .map(figure -> figure.getKey() + "=" + figure.getValue())
            .collect(Collectors.joining(";", "id=" + figures.processId() + ";", ""));
    if (again.length() <= 4096) {
      Check.equal(AccountHeader.parse(again), figures, "written and read again");
    }
  }
}
